import type { Database } from "@/drizzle/client";
import type { TrainingRun } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { loadPredictions } from "@/lib/server/jobs/record-predictions";
import { configDigest } from "@/lib/training/config-digest";
import { curvesCsv } from "@/lib/training/training-curves";
import { logText } from "./log";
import { listEpochs, requireRun } from "./runs";

/** The files that a run has, by the names under which they are asked for. */
export const runArtifactNames = [
  "weights.safetensors",
  "configuration.json",
  "epochs.csv",
  "log.txt",
  "dataset.json",
  "predictions.json",
] as const;
export type RunArtifactName = (typeof runArtifactNames)[number];

/** Cases of patients, if only by key: not for everyone who may read the dashboard. */
export const adminArtifacts: readonly RunArtifactName[] = ["dataset.json", "predictions.json"];

export interface RunArtifact {
  name: RunArtifactName;
  /** Null where it is made as it is read. */
  sizeBytes: number | null;
  adminOnly: boolean;
}

interface Source {
  db: Database;
  store: ArtifactStore;
}

/** What can be downloaded of a run now. @throws RUN_NOT_FOUND */
export async function listRunArtifacts({ db, store }: Source, runId: string): Promise<RunArtifact[]> {
  const run = await requireRun(db, runId);
  const stored = async (digest: TrainingRun["weightsDigest"]) =>
    digest ? ((await store.stat(digest))?.sizeBytes ?? null) : null;
  const sizes: Partial<Record<RunArtifactName, number | null>> = {
    "weights.safetensors": await stored(run.weightsDigest),
    "dataset.json": await stored(run.datasetDigest),
  };
  return runArtifactNames
    .filter((name) => !(name in sizes) || sizes[name] !== null)
    .filter(
      (name) => name !== "predictions.json" || (run.weightsDigest !== null && run.datasetDigest !== null),
    )
    .map((name) => ({ name, sizeBytes: sizes[name] ?? null, adminOnly: adminArtifacts.includes(name) }));
}

/** One file of a run as a stream. @throws RUN_NOT_FOUND, ARTIFACT_NOT_FOUND */
export async function openRunArtifact(
  { db, store }: Source,
  runId: string,
  name: RunArtifactName,
): Promise<{ body: ReadableStream<Uint8Array>; type: string }> {
  const run = await requireRun(db, runId);
  const absent = new PneumoscopeError("ARTIFACT_NOT_FOUND", `Run ${runId} has no ${name}.`);
  const stored = async (digest: TrainingRun["weightsDigest"]) => {
    if (!digest || !(await store.stat(digest))) throw absent;
    return store.stream(digest);
  };
  const json = (value: unknown) => ({
    body: streamOf([JSON.stringify(value, null, 2)]),
    type: "application/json",
  });
  switch (name) {
    case "weights.safetensors":
      return { body: await stored(run.weightsDigest), type: "application/octet-stream" };
    case "dataset.json":
      return { body: await stored(run.datasetDigest), type: "application/json" };
    case "configuration.json":
      return json({ digest: configDigest(run.config), config: run.config, provenance: run.provenance });
    case "epochs.csv":
      return { body: streamOf([curvesCsv(await listEpochs(db, runId))]), type: "text/csv; charset=utf-8" };
    case "log.txt":
      return { body: streamOf(logText(db, runId)), type: "text/plain; charset=utf-8" };
    case "predictions.json": {
      if (!run.weightsDigest || !run.datasetDigest) throw absent;
      return json(await loadPredictions(db, run.weightsDigest, run.datasetDigest));
    }
  }
}

function streamOf(texts: Iterable<string> | AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}
