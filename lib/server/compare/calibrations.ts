import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { evaluations, runSteps } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { loadDocument } from "@/lib/server/evaluation-sets/evaluations";
import type { FoundModel } from "./find-models";

export interface Calibration {
  temperature: number | null;
  threshold: number | null;
}

const unknownCalibration: Calibration = { temperature: null, threshold: null };
const trainedSchema = z.object({ temperature: z.number().gt(0), threshold: z.number().min(0).max(1) });

/**
 * With which temperature and threshold each model is or would be published: from its manifest, else from what its
 * training returned, else from the document of its evaluation. In the order of the models.
 */
export async function calibrationsOf(
  source: { db: Database; store: ArtifactStore },
  models: readonly FoundModel[],
): Promise<Calibration[]> {
  const unpublished = models.filter(({ manifest, run }) => !manifest && run);
  const trained = await trainedCalibrations(
    source.db,
    unpublished.map(({ run }) => run?.id ?? ""),
  );
  return Promise.all(
    models.map(async (model) => {
      const { manifest, run } = model;
      if (manifest)
        return { temperature: manifest.calibration.temperature, threshold: manifest.threshold.probability };
      return (run && trained.get(run.id)) ?? (await documentCalibration(source, model));
    }),
  );
}

async function trainedCalibrations(db: Database, runIds: string[]): Promise<Map<string, Calibration>> {
  if (runIds.length === 0) return new Map();
  const rows = await db
    .select({ runId: runSteps.runId, output: runSteps.output })
    .from(runSteps)
    .where(and(inArray(runSteps.runId, runIds), eq(runSteps.name, "train")));
  return new Map(
    rows.flatMap(({ runId, output }) => {
      const { success, data } = trainedSchema.safeParse(output?.value);
      return success ? [[runId, data] as const] : [];
    }),
  );
}

async function documentCalibration(
  { db, store }: { db: Database; store: ArtifactStore },
  { weightsDigest }: FoundModel,
): Promise<Calibration> {
  if (weightsDigest === null) return unknownCalibration;
  const [row] = await db
    .select()
    .from(evaluations)
    .where(eq(evaluations.weightsDigest, weightsDigest))
    .limit(1);
  if (!row) return unknownCalibration;
  try {
    const { temperature, threshold } = (await loadDocument(store, row)).model;
    return { temperature, threshold };
  } catch {
    // A document that is gone or damaged takes the threshold with it, not the page.
    return unknownCalibration;
  }
}
