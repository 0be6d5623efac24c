import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { auc } from "@/lib/metrics/auc";
import { baselineFolder } from "@/lib/node/current-model";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { listCases, loadCases } from "@/trainer/data/load-cases";
import type { Engine } from "@/trainer/engines/engine";
import { folderFeatureCache } from "@/trainer/features/folder-feature-cache";
import type { JobContext } from "@/trainer/job-context";
import { predictLogits } from "@/trainer/predict-outputs";
import { type Figures, peakMemoryMiB } from "./figures";
import type { EarlierTrainer } from "./first-version";

/** A trainer that runs a whole job; `overrides` are what its preset said. */
export interface WholeTrainer {
  name: string;
  engine: Engine;
  runTrainJob: EarlierTrainer["runTrainJob"];
  config: TrainingConfig;
  /** Whether it keeps features for the next run, and so is run a second time. */
  keepsFeatures: boolean;
}

/**
 * A training job from the shipped weights, with a new store and no checkpoint, on each trainer: what a first nightly
 * run costs, and the one of the day after on the same images, and how well the model tells held-out patients apart.
 */
export async function benchWholeRun(
  folder: string,
  trainers: WholeTrainer[],
  update: (text: string) => void,
): Promise<Figures> {
  const temporary = await mkdtemp(path.join(tmpdir(), "pneumoscope-bench-"));
  const figures: Figures = {};
  try {
    const store = folderArtifactStore(path.join(temporary, "artifacts"));
    const importedAt = performance.now();
    const imported = await importFolder(folder, store, {
      onProgress: ({ done }) => update(`import ${done}`),
    });
    const importMs = performance.now() - importedAt;
    const images = imported.listing.cases.length;
    figures.images = images;
    figures["import, images/s"] = (1000 * images) / importMs;
    const { digest } = await store.put(await readFile(path.join(baselineFolder(), "weights.safetensors")));
    for (const { name, engine, config, isDayAfter, ...trainer } of trainers.flatMap(days)) {
      const startedAt = performance.now();
      const context: JobContext = {
        store,
        engine,
        jobDirectory: path.join(temporary, name),
        signal: new AbortController().signal,
        ...(trainer.keepsFeatures ? { features: folderFeatureCache(path.join(temporary, "features")) } : {}),
        report: ({ phase, epoch, done }) => update(`${name} ${phase} ${epoch ?? ""} ${done}`),
      };
      const job = {
        kind: "train" as const,
        jobId: "bench",
        datasetDigest: imported.listingDigest,
        initialWeightsDigest: digest,
        config,
      };
      const result = await trainer.runTrainJob(job, context);
      const title = `${config.preset}, ${name}`;
      figures[`${title}: train and validate, images/s`] = result.imagesPerSecond;
      figures[`${title}: whole run ${isDayAfter ? "without" : "with"} import, minutes`] =
        ((isDayAfter ? 0 : importMs) + performance.now() - startedAt) / 60_000;
      if (result.features) {
        figures[`${title}: views read from an earlier run`] = result.features.read;
        figures[`${title}: views computed`] = result.features.computed;
      }
      figures[`${title}: peak memory so far, MiB`] = peakMemoryMiB();
      figures[`${title}: validation AUC`] = result.epochs.at(-1)?.auc ?? Number.NaN;
      Object.assign(
        figures,
        await scoreHeldOut(title, context, imported.listingDigest, result.weightsDigest, config),
      );
    }
    return figures;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A trainer's runs: of the first day, and where it keeps something for it, of the day after. */
function days(trainer: WholeTrainer) {
  const first = { ...trainer, isDayAfter: false };
  const dayAfter = { ...first, name: `${trainer.name}, the day after`, isDayAfter: true };
  return trainer.keepsFeatures ? [first, dayAfter] : [first];
}

/** On the test side, which no part of training has seen. */
async function scoreHeldOut(
  title: string,
  { store, signal }: JobContext,
  listing: `sha256:${string}`,
  weights: `sha256:${string}`,
  { imageSize: size, views }: TrainingConfig,
): Promise<Figures> {
  const { openEngine } = await import("@/trainer/engines/open");
  const cases = await listCases(store, listing, ["test"]);
  const images = await loadCases(store, cases, { size, signal, onProgress: () => undefined });
  const parsed = parseSafetensors(await store.get(weights));
  const logits = await predictLogits(await openEngine(), parsed.weights, images, { size, views });
  const loss = logits.reduce((sum, z, i) => sum + Math.log1p(Math.exp(images.labels[i] ? -z : z)), 0);
  return {
    [`${title}: held-out AUC (${cases.length} images)`]: auc(images.labels, logits) ?? Number.NaN,
    [`${title}: held-out cross-entropy`]: loss / cases.length,
  };
}
