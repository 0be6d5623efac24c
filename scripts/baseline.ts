import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Digest } from "@/lib/artifacts/store";
import type { parseListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import { generateSigningKey, type ModelManifest, signingKeyFromSeed, signManifest } from "@/lib/manifest";
import { renderModelCard } from "@/lib/manifest/model-card";
import { digestSchema } from "@/lib/manifest/schema";
import { evaluateCases } from "@/lib/metrics/evaluate-cases";
import { baselineFolder } from "@/lib/node/current-model";
import { writeFileAtomic } from "@/lib/node/write-file";
import { calibratedProbability } from "@/lib/prediction/interpret";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { configDigest } from "@/lib/training/config-digest";
import { describeCalibration } from "@/lib/training/describe-calibration";
import type { CasePrediction, Split, TrainResult } from "@/lib/training/job";
import { trainingConfig } from "@/lib/training/training-config";
import { imagenet } from "@/lib/xray/normalise";
import { calibrate } from "@/trainer/calibrate";
import { listCases, loadCases } from "@/trainer/data/load-cases";
import { type ForeignReport, foreignTables, measureForeign } from "@/trainer/foreign";
import type { JobContext } from "@/trainer/job-context";
import { runTrainJob } from "@/trainer/train";
import { openLocalTraining, predictSplits, storeWeightsFile } from "./cli/local-training";
import { enterProjectFolder, projectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const trainingData: Omit<ModelManifest["trainingData"], "statement"> = {
  licence: "CC BY 4.0",
  attribution:
    "Kermany, Zhang, Goldbaum: «Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images for Classification», Mendeley Data.",
  source: "https://data.mendeley.com/datasets/rscbjbr9sj (doi:10.17632/rscbjbr9sj)",
  limits: [
    "Children of one to five years, one hospital (Guangzhou), antero-posterior films. On adult films it is unproven and may be no better than chance.",
    "The training labels come from readers of the same images, not from cultures or follow-up.",
    "It knows two answers. Effusion, tuberculosis, masses, lines and every other finding are not among them.",
    "Held-out patients of the same hospital are easier than another hospital's: expect lower figures there, and check on your own images.",
    "It refuses images that look unlike the radiographs it was trained on. Some that are no chest radiographs may pass, and radiographs of other machines may be refused.",
  ],
};

const command = newCommand(
  "baseline",
  "Train model version 1 from ImageNet weights, measure and sign it, and write it to public/models/baseline.",
)
  .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/")
  .option("--weights <file>", "ImageNet ResNet18 as safetensors (see npm run weights)")
  .option(
    "--keep-weights",
    "train nothing: calibrate and measure the version that is there, and sign it anew",
  )
  .option(
    "--foreign <folder>",
    "images that are no chest radiographs, a subfolder a kind: how many are refused",
  )
  .option("--out <folder>", "where the version is written", baselineFolder())
  .option("--set <key=value...>", "change values of the preset baseline")
  .addHelpText(
    "after",
    "\nRELEASE_SIGNING_KEY (64 hex digits) signs it; without one a new key is made and used once.",
  )
  .parse();

interface BaselineOptions {
  data: string;
  weights?: string;
  keepWeights?: boolean;
  foreign?: string;
  out: string;
  set?: string[];
}

const keptSchema = z.object({
  manifest: z.object({
    weights: z.object({ digest: digestSchema }),
    trainingRun: z.object({ engine: z.string(), durationMs: z.number() }),
    trainingData: z.object({ statement: z.string() }),
  }),
});

await runCommand(async () => {
  const options = command.opts<BaselineOptions>();
  const folder = resolveTyped(options.data);
  const weightsFile = options.weights && resolveTyped(options.weights);
  const foreign = options.foreign && resolveTyped(options.foreign);
  if (!options.keepWeights === !weightsFile) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      "Name the ImageNet file by --weights, or give --keep-weights.",
    );
  }
  const out = resolveTyped(options.out);
  enterProjectFolder();
  const config = trainingConfig("baseline", options.set);
  const training = await openLocalTraining();
  const { listingDigest, listing } = await training.importData(folder);
  await training.inJobFolder(`baseline-${configDigest(config).slice(7, 19)}`, async (context) => {
    const trained = weightsFile
      ? await train(context, listingDigest, weightsFile, config)
      : await calibrateAgain(context, listingDigest, out, config);
    const predictions = await predictSplits(context, {
      datasetDigest: listingDigest,
      weightsDigest: trained.weightsDigest,
      config,
      splits: ["test"],
    });
    const manifest = describe({ listing, digest: listingDigest, config, trained, predictions, out });
    const weights = await training.store.get(trained.weightsDigest);
    const measured = foreign
      ? await measureRefusal(context, listingDigest, foreign, weights, trained, config)
      : undefined;
    if (measured) {
      const { refused, images } = measured;
      manifest.refusal.foreign = { refused, images, material: "see the model card and docs/refusal.md" };
    }
    training.progress.done();
    await write(out, manifest, weights, measured);
  });
});

/** What is known of a version besides its held-out predictions. */
type Trained = Omit<TrainResult, "kind" | "epochs" | "bestEpoch" | "imagesPerSecond"> & { statement: string };

async function train(
  context: JobContext,
  datasetDigest: Digest,
  weightsFile: string,
  config: TrainingConfig,
): Promise<Trained> {
  const initialWeightsDigest = await storeWeightsFile(context.store, weightsFile);
  const job = { kind: "train", jobId: "baseline", datasetDigest, initialWeightsDigest, config } as const;
  const trained = await runTrainJob(job, context);
  return {
    ...trained,
    engine: `${trained.engine} (${context.engine.hardware})`,
    statement: `Fine-tuned from torchvision's ImageNet ResNet18 (BSD-3-Clause) on ${trained.trainingImages} chest radiographs of ${trained.trainingPatients} children, ${config.epochs} epochs.`,
  };
}

/** The weights of the version in the folder stay; everything that tells how to read them is made anew. */
async function calibrateAgain(
  context: JobContext,
  datasetDigest: Digest,
  folder: string,
  config: TrainingConfig,
): Promise<Trained> {
  const bytes = await readFile(path.join(folder, "weights.safetensors"));
  const text = await readFile(path.join(folder, "manifest.json"), "utf8");
  const { manifest: kept } = keptSchema.parse(JSON.parse(text));
  const stored = await context.store.put(bytes);
  if (stored.digest !== kept.weights.digest) {
    throw new PneumoscopeError("WEIGHTS_DIGEST_MISMATCH", `The weights in ${folder} are not its manifest's.`);
  }
  const load = (split: Split) => loadSplit(context, datasetDigest, split, config);
  const [training, validation, heldOut] = [await load("train"), await load("validation"), await load("test")];
  const { weights } = parseSafetensors(bytes);
  return {
    ...(await calibrate(context, weights, { train: training, validation, heldOut }, config)),
    weightsDigest: stored.digest,
    weightsSizeBytes: stored.sizeBytes,
    trainingImages: training.cases.length,
    trainingPatients: new Set(training.cases.map((item) => item.patientId)).size,
    engine: kept.trainingRun.engine,
    durationMs: kept.trainingRun.durationMs,
    statement: kept.trainingData.statement,
  };
}

async function loadSplit(
  { store, signal, report }: JobContext,
  digest: Digest,
  split: Split,
  config: TrainingConfig,
) {
  return loadCases(store, await listCases(store, digest, [split]), {
    size: config.imageSize,
    signal,
    onProgress: (done, total) => report({ phase: `load ${split}`, done, total }),
  });
}

async function measureRefusal(
  context: JobContext,
  datasetDigest: Digest,
  folder: string,
  weights: Uint8Array,
  { refusal }: Trained,
  config: TrainingConfig,
): Promise<ForeignReport> {
  const heldOut = await loadSplit(context, datasetDigest, "test", config);
  return measureForeign(folder, heldOut.gray, {
    engine: context.engine,
    weights: parseSafetensors(weights).weights,
    refusal,
    config,
    onProgress: (done, total) => context.report({ phase: "foreign", done, total }),
  });
}

interface Described {
  listing: ReturnType<typeof parseListing>;
  digest: Digest;
  config: TrainingConfig;
  trained: Trained;
  predictions: CasePrediction[];
  out: string;
}

function describe({ listing, digest, config, trained, predictions, out }: Described): ModelManifest {
  const patients = (cases: { patientId: string }[]) => new Set(cases.map((item) => item.patientId)).size;
  const cases = predictions.map((item) => ({
    ...item,
    probability: calibratedProbability(item.logit, trained.temperature),
  }));
  return {
    schema: "pneumoscope.model-version/2",
    version: "v1",
    serial: 1,
    createdAt: new Date().toISOString(),
    architecture: "resnet18",
    classes: ["NORMAL", "PNEUMONIA"],
    ...describeCalibration(trained, predictions, {
      targetSensitivity: config.targetSensitivity,
      chosenOn: "validation patients",
    }),
    population: { ageYears: [1, 5], views: ["AP"] },
    preprocessing: {
      size: config.imageSize,
      resize: "triangle-antialiased",
      intensity: "stretch-1-99",
      mean: [...imagenet.mean],
      std: [...imagenet.std],
    },
    views: config.views,
    weights: {
      digest: trained.weightsDigest,
      sizeBytes: trained.weightsSizeBytes,
      format: "safetensors-fp16",
      url: weightsUrl(out, trained.weightsDigest),
    },
    dataset: {
      digest,
      images: listing.cases.length,
      patients: patients(listing.cases),
      heldOutImages: predictions.length,
      heldOutPatients: patients(predictions),
    },
    trainingRun: {
      id: "baseline",
      preset: config.preset,
      engine: trained.engine,
      seed: config.seed,
      durationMs: trained.durationMs,
    },
    metrics: evaluateCases(cases, trained.threshold),
    trainingData: {
      ...trainingData,
      statement: trained.statement,
    },
  };
}

/** Pages have the shipped files at a path of their own; those of another folder are served from the artifact store. */
function weightsUrl(out: string, digest: Digest): string {
  const isShipped = path.resolve(out) === path.join(projectFolder, "public", "models", "baseline");
  return isShipped ? "/models/baseline/weights.safetensors" : `/api/models/weights/${digest}`;
}

/** Weights first, manifest last: a page that reads meanwhile sees the old version or a digest that does not fit. */
async function write(
  folder: string,
  manifest: ModelManifest,
  weights: Uint8Array,
  foreign: ForeignReport | undefined,
): Promise<void> {
  const given = process.env.RELEASE_SIGNING_KEY;
  const key = given ? signingKeyFromSeed(given) : generateSigningKey();
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const card = renderModelCard(manifest, "npm run baseline -- --data FOLDER --weights FILE", {
    "Figures under perturbation":
      "See docs/training-for-the-shift.md; `npm run robustness -- --data FOLDER` measures them.",
    ...(foreign
      ? { "Images that are no chest radiographs": foreignTables(foreign, manifest.refusal.limit) }
      : {}),
  });
  await writeFileAtomic(path.join(folder, "weights.safetensors"), weights);
  await writeFileAtomic(path.join(folder, "MODEL_CARD.md"), card);
  await writeFileAtomic(
    path.join(folder, "release-key.json"),
    json({ keyId: key.keyId, publicKey: key.publicKey }),
  );
  await writeFileAtomic(path.join(folder, "manifest.json"), json(signManifest(manifest, key)));
  process.stderr.write(`Version 1 is in ${folder}.\n`);
}
