import { and, eq, inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type EvaluationRow, evaluations } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { RecordedFigures } from "@/lib/comparison/model-figures";
import { loadDocument } from "@/lib/server/evaluation-sets/evaluations";
import type { Calibration } from "./calibrations";

interface RecordedEvaluation {
  temperature: number;
  threshold: number;
  figures: RecordedFigures;
}

// By the document's digest, so that an entry is never wrong; some kilobytes each.
const kept = new Map<Digest, RecordedEvaluation>();
const mostKept = 500;

/** The figures of stored evaluations on a set, by weights, of the models that were evaluated with the given calibration. */
export async function recordedFigures(
  { db, store }: { db: Database; store: ArtifactStore },
  set: Digest,
  calibrations: ReadonlyMap<Digest, Calibration>,
): Promise<Map<Digest, RecordedFigures>> {
  if (calibrations.size === 0) return new Map();
  const rows = await db
    .select()
    .from(evaluations)
    .where(and(eq(evaluations.setDigest, set), inArray(evaluations.weightsDigest, [...calibrations.keys()])));
  const found = await Promise.all(
    rows.map(async (row) => {
      // A document that is gone or damaged takes the intervals with it, not the page.
      const recorded = await readRecorded(store, row).catch(() => null);
      const asked = calibrations.get(row.weightsDigest);
      const isSame = recorded?.temperature === asked?.temperature && recorded?.threshold === asked?.threshold;
      return recorded && isSame ? [[row.weightsDigest, recorded.figures] as const] : [];
    }),
  );
  return new Map(found.flat());
}

async function readRecorded(store: ArtifactStore, row: EvaluationRow): Promise<RecordedEvaluation> {
  const known = kept.get(row.documentDigest);
  if (known) return known;
  const { model, all } = await loadDocument(store, row);
  const { temperature, threshold } = model;
  const { accuracy, sensitivity, specificity, precision, f1, ece, brier, averagePrecision } = all;
  const figures = { accuracy, sensitivity, specificity, precision, f1, ece, brier, averagePrecision };
  kept.set(row.documentDigest, { temperature, threshold, figures });
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest) kept.delete(oldest);
  return { temperature, threshold, figures };
}
