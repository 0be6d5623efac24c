import { mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { baselineFolder } from "@/lib/node/current-model";
import { createRandom } from "@/lib/random";
import { resnet18 } from "@/lib/resnet18/architecture";
import { parseSafetensors, type Weights } from "@/lib/safetensors/safetensors";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { TrainingConfig } from "@/lib/training/config";
import { trainingConfig } from "@/lib/training/training-config";
import { imageToModelGray } from "@/lib/xray/model-gray";
import { toTensor } from "@/lib/xray/to-tensor";
import { augment } from "@/trainer/data/augment";
import type { LabelledImages } from "@/trainer/data/labelled-images";
import type { Engine, ImageBatch } from "@/trainer/engines/engine";
import { openEngine } from "@/trainer/engines/open";
import type { FeatureCache } from "@/trainer/features/feature-cache";
import { folderFeatureCache } from "@/trainer/features/folder-feature-cache";
import { adamStep, createAdamState } from "@/trainer/optimiser";
import { runTrainJob } from "@/trainer/train";
import { copyWeights, createTrainingState, runTrainingLoop, trainedNames } from "@/trainer/training-loop";
import { type Figures, peakMemoryMiB, readableFigures } from "./bench/figures";
import { type EarlierTrainer, firstVersion, loadEarlierTrainer } from "./bench/first-version";
import { operatorTimes } from "./bench/operator-times";
import { benchWholeRun, type WholeTrainer } from "./bench/whole-run";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand(
  "bench:train",
  "Time the trainer: images per second of each part, engines and an earlier commit side by side.",
)
  .option("--engines <names>", "comma-separated", "onnxruntime,wasm")
  .option(
    "--presets <names>",
    "whose batches, layers and augmentation are used, comma-separated",
    "daily,full",
  )
  .option(
    "--against <commit>",
    "an earlier trainer to run beside this one, or “none”; git must know it",
    firstVersion,
  )
  .option("--rounds <n>", "how often each is timed, in turns; the best counts", "3")
  .option(
    "--data <folder>",
    "run the whole first preset on this folder instead, as on a first day and as on the day after, with its peak memory; with --against, an earlier trainer too",
  )
  .option("--set <key=value...>", "other values for what --data runs")
  .option("--profile", "print instead how long each of the runtime's operators takes in a micro-batch")
  .option("--json", "print one JSON object")
  .parse();

interface Options {
  engines: string;
  presets: string;
  against: string;
  rounds: string;
  data?: string;
  set?: string[];
  profile?: boolean;
  json?: boolean;
}

/** What the presets said before. */
const earlierValues = ["microBatchSize=16"];

await runCommand(async () => {
  const options = command.opts<Options>();
  const folder = options.data && resolveTyped(options.data);
  enterProjectFolder();
  const weights = parseSafetensors(
    await readFile(path.join(baselineFolder(), "weights.safetensors")),
  ).weights;
  const progress = progressLine();
  const result = folder
    ? await benchWholeRun(folder, await wholeTrainers(options), (text) => progress.update(text))
    : options.profile
      ? await profilePresets(weights, options)
      : await benchParts(weights, options);
  progress.done();
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : readableFigures(result));
});

/** This trainer, and an earlier one where the command names it. */
async function wholeTrainers(options: Options): Promise<WholeTrainer[]> {
  const [preset = "daily"] = options.presets.split(",");
  const values = options.set ?? [];
  const trainers: WholeTrainer[] = [
    {
      name: "this version",
      engine: await openEngine(process.env.TRAINER_ENGINE),
      runTrainJob,
      config: trainingConfig(preset, values),
      keepsFeatures: true,
    },
  ];
  if (command.getOptionValueSource("against") === "cli" && options.against !== "none") {
    const earlier = await loadEarlierTrainer(options.against);
    trainers.push({
      name: options.against,
      engine: await earlier.openEngine(process.env.TRAINER_ENGINE),
      runTrainJob: earlier.runTrainJob,
      config: trainingConfig(preset, [...values, ...earlierValues]),
      keepsFeatures: false,
    });
    await earlier.close();
  }
  return trainers;
}

async function profilePresets(weights: Weights, { presets }: Options): Promise<Figures> {
  const figures: Figures = { load: loadavg()[0] as number };
  for (const name of presets.split(",")) {
    const config = trainingConfig(name);
    const batch = drawnBatch(config.microBatchSize, config.imageSize);
    Object.assign(figures, await operatorTimes(weights, config, batch));
  }
  return figures;
}

/** Something that is timed in turns with others. */
interface Contender {
  name: string;
  engine: Engine;
  loop: Pick<EarlierTrainer, "runTrainingLoop" | "createTrainingState">;
  /** Replaced in each preset. */
  overrides: string[];
}

async function benchParts(weights: Weights, options: Options): Promise<Figures> {
  const presets = options.presets.split(",").map((name) => trainingConfig(name));
  const progress = progressLine();
  const rounds = Number(options.rounds);
  const names = options.engines.split(",");
  const contenders: Contender[] = [];
  for (const name of names) {
    const loop = { runTrainingLoop, createTrainingState };
    contenders.push({ name, engine: await openEngine(name), loop, overrides: [] });
  }
  const earlier = options.against === "none" ? undefined : await loadEarlierTrainer(options.against);
  const [first] = names;
  if (earlier && first) {
    const name = `${first} at ${options.against}`;
    contenders.push({
      name,
      engine: await earlier.openEngine(first),
      loop: earlier,
      overrides: earlierValues,
    });
  }
  const figures: Figures = { "load before": loadavg()[0] as number, ...(await benchImages()) };
  try {
    for (const preset of presets) {
      progress.update(preset.preset);
      Object.assign(figures, await benchPreset(weights, preset, contenders, rounds));
    }
    Object.assign(figures, await benchForward(weights, contenders, rounds));
  } finally {
    progress.done();
    await earlier?.close();
  }
  figures["optimiser step of the first preset, ms"] =
    1000 / (await benchOptimiser(weights, presets[0] as TrainingConfig));
  figures["load after"] = loadavg()[0] as number;
  return { ...figures, "peak memory, MiB": peakMemoryMiB() };
}

/** What happens to images before the network sees them. */
async function benchImages(): Promise<Figures> {
  const { imageSize: size, augmentation } = trainingConfig("daily");
  const png = encodePng(drawSyntheticRadiograph({ width: 1400, height: 1100, seed: 1, pneumonia: true }));
  const small = encodePng(drawSyntheticRadiograph({ width: size, height: size, seed: 1, pneumonia: true }));
  const gray = await imageToModelGray(small, size);
  const random = createRandom(1);
  return {
    "decode and resize 1400×1100, images/s": await rate(10, () => imageToModelGray(png, size)),
    [`decode ${size}×${size}, images/s`]: await rate(50, () => imageToModelGray(small, size)),
    "augment, images/s": await rate(100, async () => augment(gray, size, augmentation, random)),
    "to tensor, images/s": await rate(100, async () => toTensor(gray, size)),
  };
}

/** Gradients of one micro-batch on each, and the loop with augmentation and optimiser on the native ones. */
async function benchPreset(
  weights: Weights,
  preset: TrainingConfig,
  contenders: Contender[],
  rounds: number,
): Promise<Figures> {
  const gradients = await interleaved(contenders, rounds, async ({ engine, overrides }) => {
    const config = trainingConfig(preset.preset, overrides);
    const { microBatchSize, imageSize: size, trainFrom } = config;
    const learner = await engine.createLearner(weights, { trainFrom, microBatchSize, size });
    const batch = drawnBatch(microBatchSize, size);
    return {
      images: microBatchSize,
      run: () => learner.gradients(weights, batch),
      close: () => learner.dispose(),
    };
  });
  const native = contenders.filter(({ engine }) => engine.name !== "wasm");
  const loops = new Map<string, number>();
  const laterLoops = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of native) {
      const { firstDay, dayAfter } = await benchDays(weights, preset, contender);
      loops.set(contender.name, Math.max(firstDay, loops.get(contender.name) ?? 0));
      laterLoops.set(contender.name, Math.max(dayAfter, laterLoops.get(contender.name) ?? 0));
    }
  }
  const title = `${preset.preset} (from ${preset.trainFrom})`;
  return {
    ...sideBySide(`${title}: forward and backward pass`, gradients),
    ...sideBySide(`${title}: training, all included`, loops),
    ...(preset.trainFrom === "conv1"
      ? {}
      : sideBySide(`${title}: training, all included, with yesterday's features`, laterLoops)),
  };
}

/** The loop with nothing kept, and again with what it kept; an earlier trainer keeps nothing, and its second run is its first. */
async function benchDays(weights: Weights, preset: TrainingConfig, contender: Contender) {
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-bench-features-"));
  try {
    const firstDay = await benchLoop(weights, preset, contender, folderFeatureCache(folder));
    const again = contender.loop.runTrainingLoop === runTrainingLoop && preset.trainFrom !== "conv1";
    const dayAfter = again
      ? await benchLoop(weights, preset, contender, folderFeatureCache(folder))
      : firstDay;
    return { firstDay, dayAfter };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchForward(weights: Weights, contenders: Contender[], rounds: number): Promise<Figures> {
  const size = 224;
  const n = 16;
  const { images } = drawnBatch(n, size);
  const forward = await interleaved(contenders, rounds, async ({ engine }) => {
    const inference = await engine.createInference(weights);
    return {
      images: n,
      run: () => inference.outputs(images, n, size),
      close: () => inference.dispose(),
    };
  });
  return sideBySide(`forward, batch ${n}`, forward);
}

interface Timed {
  images: number;
  run(): Promise<unknown>;
  close(): void;
}

/** Images per second of each, timed in turns after one run that warms up: a load that comes and goes meets all. */
async function interleaved(
  contenders: Contender[],
  rounds: number,
  open: (contender: Contender) => Promise<Timed>,
): Promise<Map<string, number>> {
  const timed = new Map<string, Timed>();
  for (const contender of contenders) timed.set(contender.name, await open(contender));
  const best = new Map<string, number>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { images, run }] of timed) {
      const startedAt = performance.now();
      await run();
      const found = (1000 * images) / (performance.now() - startedAt);
      if (round > 0) best.set(name, Math.max(found, best.get(name) ?? 0));
    }
  }
  for (const { close } of timed.values()) close();
  return best;
}

/** Images per second of the training loop after its first step. */
async function benchLoop(
  weights: Weights,
  preset: TrainingConfig,
  { engine, loop, overrides }: Contender,
  features: FeatureCache,
) {
  const config = trainingConfig(preset.preset, [...overrides, "epochs=1"]);
  const steps = config.batchSize > 32 ? 3 : 6;
  const train = drawnImages(config.batchSize * steps, config.imageSize);
  const validation = drawnImages(4, config.imageSize);
  const moments: { at: number; done: number }[] = [];
  await loop.runTrainingLoop({
    engine,
    config,
    train,
    validation,
    state: loop.createTrainingState(copyWeights(weights), config),
    signal: new AbortController().signal,
    report: ({ phase, done }) => {
      if (phase === "train") moments.push({ at: performance.now(), done });
    },
    checkpoint: async () => undefined,
    features,
  });
  const [start, end] = [moments[0], moments.at(-1)];
  if (!start || !end) throw new Error("The loop reported no step.");
  return (1000 * (end.done - start.done)) / (end.at - start.at);
}

function drawnBatch(n: number, size: number): ImageBatch {
  return {
    images: toTensor(drawnImages(n, size).gray, size),
    targets: Float32Array.from({ length: n }, (_, i) => i % 2),
    sampleWeights: new Float32Array(n).fill(1 / n),
    featureMask: new Float32Array(n * resnet18.features).fill(1),
  };
}

function drawnImages(n: number, size: number): LabelledImages {
  const area = size * size;
  const drawn = [false, true].map((pneumonia) =>
    Uint8Array.from(
      drawSyntheticRadiograph({ width: size, height: size, seed: 1, pneumonia }).data,
      Math.round,
    ),
  );
  const gray = new Uint8Array(n * area);
  for (let i = 0; i < n; i++) {
    gray.set(drawn[i % 2] as Uint8Array, i * area);
    // No two the same: features are kept by image.
    gray.set([i & 255, i >> 8], i * area);
  }
  return { gray, labels: Uint8Array.from({ length: n }, (_, i) => i % 2) };
}

/** Figures of each and how many times faster the first is than the others. */
function sideBySide(title: string, rates: ReadonlyMap<string, number>): Figures {
  const figures: Figures = {};
  const [first, ...others] = [...rates];
  for (const [name, imagesPerSecond] of rates) figures[`${title}, ${name}, images/s`] = imagesPerSecond;
  for (const [name, imagesPerSecond] of others)
    figures[`${title}, ratio to ${name}`] = (first?.[1] ?? Number.NaN) / imagesPerSecond;
  return figures;
}

async function benchOptimiser(weights: Weights, config: TrainingConfig): Promise<number> {
  const names = trainedNames(config);
  const state = createAdamState(weights, names);
  const gradients = new Map(
    names.map((name) => [name, new Float32Array(weights.get(name)?.data.length ?? 0).fill(1e-9)]),
  );
  return rate(5, async () =>
    adamStep(weights, gradients, state, { learningRate: 1e-9, weightDecay: 0, clipNorm: 1 }),
  );
}

/** Runs per second: the best of `runs` after one that warms up. */
async function rate(runs: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  let best = 0;
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    await run();
    best = Math.max(best, 1000 / (performance.now() - startedAt));
  }
  return best;
}
