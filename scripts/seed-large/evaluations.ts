import type { Database } from "@/drizzle/client";
import { evaluations } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { documentBytes } from "@/lib/evaluation/document";
import { evaluateReadings } from "@/lib/evaluation/evaluate-readings";
import { heldOutPredictions } from "@/lib/server/compare/held-out";
import { plan, seededCalibration } from "./plan";

/** The stored evaluations of the last models on the held-out images of a dataset version, from fewer resamples than usual. */
export async function seedEvaluations(
  { db, store }: { db: Database; store: ArtifactStore },
  set: Digest,
): Promise<void> {
  const runs = await db.query.trainingRuns.findMany({
    columns: { id: true, weightsDigest: true },
    where: (run, { eq }) => eq(run.state, "succeeded"),
    orderBy: (run, { desc }) => desc(run.createdAt),
    limit: plan.runsWithEvaluations,
  });
  const read = await heldOutPredictions(
    db,
    runs.flatMap(({ weightsDigest }) => weightsDigest ?? []),
    set,
  );
  for (const { id, weightsDigest } of runs) {
    const readings = weightsDigest && read.get(weightsDigest);
    if (!readings) continue;
    const document = evaluateReadings({
      model: { version: null, weightsDigest, ...seededCalibration },
      set: { name: "held-out patients", digest: set, unreadable: 0 },
      engine: "wasm",
      readings,
      bootstrapResamples: 50,
    });
    const { digest: documentDigest } = await store.put(documentBytes(document));
    const { digest: predictionsDigest } = await store.put(new TextEncoder().encode(JSON.stringify(readings)));
    await db
      .insert(evaluations)
      .values({ weightsDigest, setDigest: set, predictionsDigest, documentDigest, runId: id });
  }
}
