import { ensureWeightsStored } from "@/lib/node/current-model";
import { findEvaluation, recordEvaluation } from "@/lib/server/evaluation-sets/evaluations";
import { listEvaluationSets } from "@/lib/server/evaluation-sets/list";
import { findModelVersion } from "@/lib/server/model-versions/current";
import type { TrainResult } from "@/lib/training/job";
import type { NamedSet } from "./decide-on-challenger";
import type { RetrainDependencies } from "./stages/run-context";
import { evaluateStep, type Steps } from "./steps";

interface Scored {
  version: string | null;
  weightsDigest: TrainResult["weightsDigest"];
  temperature: number;
  threshold: number;
  imageSize: number;
  views: ("identity" | "horizontal-flip")[];
}

interface Context extends Pick<RetrainDependencies, "db" | "store" | "log"> {
  run: { id: string; config: { imageSize: number; views: Scored["views"] } };
}

/**
 * Scores champion and challenger on every registered evaluation set; what a model said of a set before is not asked
 * again. @returns the sets, as they were when the run came here
 */
export async function evaluateOnSets(
  steps: Steps,
  context: Context,
  { championSerial, trained }: { championSerial: number; trained: TrainResult },
): Promise<NamedSet[]> {
  const { sets, champion } = await steps.run("list evaluation sets", async () => {
    const rows = await listEvaluationSets(context.db);
    return {
      sets: rows.map(({ name, digest, unreadable }) => ({ name, digest, unreadable })),
      champion: rows.length > 0 ? await publishedModel(context, championSerial) : null,
    };
  });
  if (champion === null) return [];
  const { imageSize, views } = context.run.config;
  const { weightsDigest, temperature, threshold } = trained;
  const challenger = { version: null, weightsDigest, temperature, threshold, imageSize, views };
  for (const set of sets) {
    context.log(`evaluation set ${set.name}`);
    await scoreOnSet(steps, context, set, "champion", champion);
    await scoreOnSet(steps, context, set, "challenger", challenger);
  }
  return sets;
}

async function publishedModel({ db, store }: Context, serial: number): Promise<Scored> {
  const { weightsDigest, version, signedManifest } = await findModelVersion(db, serial);
  await ensureWeightsStored(store, weightsDigest);
  const { calibration, threshold, preprocessing, views } = signedManifest.manifest;
  return {
    version,
    weightsDigest,
    temperature: calibration.temperature,
    threshold: threshold.probability,
    imageSize: preprocessing.size,
    views,
  };
}

async function scoreOnSet(
  steps: Steps,
  { db, store, run }: Context,
  set: NamedSet & { unreadable: number },
  side: "champion" | "challenger",
  { imageSize, views, ...model }: Scored,
): Promise<void> {
  const where = `${side} on ${set.name}`;
  const isKnown = await steps.run(
    `look up ${where}`,
    async () => (await findEvaluation(db, model.weightsDigest, set.digest)) !== null,
  );
  if (isKnown) return;
  const { predictionsDigest, engine } = await evaluateStep(steps, `evaluate ${where}`, {
    kind: "evaluate",
    jobId: `${run.id}-${side}-on-${set.digest.slice(7, 19)}`,
    datasetDigest: set.digest,
    weightsDigest: model.weightsDigest,
    imageSize,
    views,
    splits: ["test"],
  });
  await steps.run(`record ${where}`, async () => {
    const { version, weightsDigest, temperature, threshold } = model;
    await recordEvaluation(
      { db, store },
      {
        set,
        model: { version, weightsDigest, temperature, threshold },
        engine,
        predictionsDigest,
        runId: run.id,
      },
    );
    return null;
  });
}
