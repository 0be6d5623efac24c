import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { baselineFolder } from "@/lib/node/current-model";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { createRandom } from "@/lib/random";
import { parseSafetensors, type Weights } from "@/lib/safetensors/safetensors";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { JobProgress } from "@/lib/training/job";
import { trainingConfig } from "@/lib/training/training-config";
import { imageToModelGray } from "@/lib/xray/model-gray";
import { toTensor } from "@/lib/xray/to-tensor";
import { augment } from "@/trainer/data/augment";
import type { Engine, Learner } from "@/trainer/engines/engine";
import { openEngine } from "@/trainer/engines/open";
import { adamStep, createAdamState } from "@/trainer/optimiser";
import { runTrainJob } from "@/trainer/train";
import { trainedNames } from "@/trainer/training-loop";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand(
  "bench:train",
  "Time the trainer: images per second of each phase, engines side by side.",
)
  .option("--engines <names>", "comma-separated; the last is the reference of the ratios", "onnxruntime,wasm")
  .option("--preset <name>", "whose batch, layers and augmentation are used", "daily")
  .option(
    "--data <folder>",
    "run the whole preset on this folder from a cold cache instead, with its peak memory",
  )
  .option("--json", "print one JSON object")
  .parse();

const config = trainingConfig(command.opts<{ preset: string }>().preset);
const { imageSize: size, microBatchSize: n } = config;
const area = size * size;

await runCommand(async () => {
  const options = command.opts<{ engines: string; data?: string; json?: boolean }>();
  const folder = options.data && resolveTyped(options.data);
  enterProjectFolder();
  const weights = parseSafetensors(
    await readFile(path.join(baselineFolder(), "weights.safetensors")),
  ).weights;
  const result = folder
    ? await benchWholeRun(folder)
    : await benchPhases(weights, options.engines.split(","));
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : readable(result));
});

type Figures = Record<string, number | string>;

async function benchPhases(weights: Weights, engines: string[]): Promise<Figures> {
  const png = encodePng(drawSyntheticRadiograph({ width: 1400, height: 1100, seed: 1, pneumonia: true }));
  const small = encodePng(drawSyntheticRadiograph({ width: size, height: size, seed: 1, pneumonia: true }));
  const gray = await imageToModelGray(small, size);
  const random = createRandom(1);
  const figures: Figures = {
    "decode and resize 1400×1100, images/s": await rate(20, () => imageToModelGray(png, size)),
    [`decode ${size}×${size}, images/s`]: await rate(100, () => imageToModelGray(small, size)),
    "augment, images/s": await rate(100, async () => augment(gray, size, config.augmentation, random)),
    "to tensor, images/s": await rate(100, async () => toTensor(gray, size)),
  };
  const images = toTensor(
    new Uint8Array(n * area).map((_, i) => gray[i % area] as number),
    size,
  );
  let last: { train: number; forward: number } | undefined;
  for (const name of engines.reverse()) {
    const engine = await openEngine(name);
    const timed = await benchEngine(engine, weights, images);
    figures[`${name}: train from ${config.trainFrom}, micro-batch ${n}, images/s`] = timed.train;
    figures[`${name}: forward, batch ${n}, images/s`] = timed.forward;
    if (last) {
      figures[`${name}: train, ratio to ${engines[0]}`] = timed.train / last.train;
      figures[`${name}: forward, ratio to ${engines[0]}`] = timed.forward / last.forward;
    }
    last ??= timed;
  }
  figures["optimiser step, steps/s"] = await benchOptimiser(weights);
  figures["peak memory, MiB"] = peakMemoryMiB();
  return figures;
}

async function benchEngine(engine: Engine, weights: Weights, images: Float32Array) {
  const learner = await engine.createLearner(weights, {
    trainFrom: config.trainFrom,
    microBatchSize: n,
    size,
  });
  const batch = {
    images,
    targets: new Float32Array(n).fill(1),
    sampleWeights: new Float32Array(n).fill(1 / n),
    featureMask: new Float32Array(n * 512).fill(1),
  };
  const train = n * (await rate(4, () => (learner as Learner).gradients(weights, batch)));
  learner.dispose();
  const inference = await engine.createInference(weights);
  const forward = n * (await rate(4, () => inference.outputs(images, n, size)));
  inference.dispose();
  return { train, forward };
}

async function benchOptimiser(weights: Weights): Promise<number> {
  const names = trainedNames(config);
  const state = createAdamState(weights, names);
  const gradients = new Map(
    names.map((name) => [name, new Float32Array(weights.get(name)?.data.length ?? 0).fill(1e-9)]),
  );
  return rate(5, async () =>
    adamStep(weights, gradients, state, { learningRate: 1e-9, weightDecay: 0, clipNorm: 1 }),
  );
}

/** Runs per second: the median of `runs` after one that warms up. */
async function rate(runs: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    await run();
    seconds.push((performance.now() - startedAt) / 1000);
  }
  return 1 / (seconds.sort((a, b) => a - b)[Math.floor(runs / 2)] as number);
}

/** The preset from the shipped weights, with a new store and no checkpoint: what a first nightly run costs. */
async function benchWholeRun(folder: string): Promise<Figures> {
  const temporary = await mkdtemp(path.join(tmpdir(), "pneumoscope-bench-"));
  const progress = progressLine();
  const phases = new Map<string, { startedAt: number; images: number }>();
  const startedAt = performance.now();
  const note = (phase: string, done: number) => {
    const known = phases.get(phase) ?? { startedAt: performance.now(), images: 0 };
    phases.set(phase, { ...known, images: done });
    progress.update(`${phase} ${done}`);
  };
  try {
    const store = folderArtifactStore(path.join(temporary, "artifacts"));
    const imported = await importFolder(folder, store, { onProgress: ({ done }) => note("import", done) });
    const importSeconds = (performance.now() - startedAt) / 1000;
    const { digest } = await store.put(await readFile(path.join(baselineFolder(), "weights.safetensors")));
    const engine = await openEngine(process.env.TRAINER_ENGINE);
    const result = await runTrainJob(
      {
        kind: "train",
        jobId: "bench",
        datasetDigest: imported.listingDigest,
        initialWeightsDigest: digest,
        config,
      },
      {
        store,
        engine,
        jobDirectory: temporary,
        signal: new AbortController().signal,
        report: (step: JobProgress) =>
          note(step.epoch ? `${step.phase} epoch ${step.epoch}` : step.phase, step.done),
      },
    );
    progress.done();
    return {
      preset: config.preset,
      engine: `${engine.name}, ${engine.hardware}`,
      images: imported.listing.cases.length,
      "import, images/s": imported.listing.cases.length / importSeconds,
      "train and validate, images/s": result.imagesPerSecond,
      "whole run, minutes": (performance.now() - startedAt) / 60_000,
      "peak memory, MiB": peakMemoryMiB(),
      "validation AUC": result.epochs.at(-1)?.auc ?? Number.NaN,
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

function readable(figures: Figures): string {
  const lines = Object.entries(figures).map(([name, value]) => {
    const text =
      typeof value === "number" ? value.toLocaleString("en", { maximumSignificantDigits: 4 }) : value;
    return `${text.padStart(10)}  ${name}`;
  });
  return `${lines.join("\n")}\n`;
}
