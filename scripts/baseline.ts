import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { parseListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import { generateSigningKey, type ModelManifest, signingKeyFromSeed, signManifest } from "@/lib/manifest";
import { renderModelCard } from "@/lib/manifest/model-card";
import { evaluateCases } from "@/lib/metrics/evaluate-cases";
import { baselineFolder } from "@/lib/node/current-model";
import { inDataDirectory } from "@/lib/node/data-directory";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { writeFileAtomic } from "@/lib/node/write-file";
import { interpret } from "@/lib/prediction/interpret";
import type { TrainingConfig } from "@/lib/training/config";
import {
  type CasePrediction,
  casePredictionSchema,
  type JobProgress,
  type TrainResult,
} from "@/lib/training/job";
import { trainingConfig } from "@/lib/training/training-config";
import { imagenet } from "@/lib/xray/normalise";
import { openEngine } from "@/trainer/engines/open";
import { runEvaluateJob } from "@/trainer/evaluate";
import type { JobContext } from "@/trainer/job-context";
import { runTrainJob } from "@/trainer/train";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
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
    "It does not yet recognise images that are no chest radiographs; it gives a number for anything it is shown.",
  ],
};

const command = newCommand(
  "baseline",
  "Train model version 1 from ImageNet weights and write it to public/models/baseline.",
)
  .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/")
  .requiredOption("--weights <file>", "ImageNet ResNet18 as safetensors (see npm run weights)")
  .option("--out <folder>", "where the version is written", baselineFolder())
  .option("--set <key=value...>", "change values of the preset baseline")
  .addHelpText(
    "after",
    "\nRELEASE_SIGNING_KEY (64 hex digits) signs it; without one a new key is made and used once.",
  )
  .parse();

await runCommand(async () => {
  const options = command.opts<{ data: string; weights: string; out: string; set?: string[] }>();
  const folder = resolveTyped(options.data);
  const weightsFile = resolveTyped(options.weights);
  const out = resolveTyped(options.out);
  enterProjectFolder();
  const config = trainingConfig("baseline", options.set);
  const progress = progressLine();
  const store = localArtifactStore();
  const { listingDigest, listing } = await importFolder(folder, store, {
    onProgress: ({ done, total }) => progress.update(`reading ${done} of ${total}`),
  });
  const initial = await readFile(weightsFile).catch((cause) => {
    throw new PneumoscopeError("FILE_NOT_FOUND", `The weights file ${weightsFile} cannot be read.`, {
      cause,
    });
  });
  const { digest: initialWeightsDigest } = await store.put(initial);
  const { digest: configDigest } = await store.put(new TextEncoder().encode(JSON.stringify(config)));
  const jobDirectory = inDataDirectory("trainer", `baseline-${configDigest.slice(7, 19)}`);
  await mkdir(jobDirectory, { recursive: true });
  const context: JobContext = {
    store,
    engine: await openEngine(process.env.TRAINER_ENGINE),
    jobDirectory,
    signal: new AbortController().signal,
    report: (step) => report(step, progress),
  };
  const job = {
    kind: "train",
    jobId: "baseline",
    datasetDigest: listingDigest,
    initialWeightsDigest,
    config,
  } as const;
  const trained = await runTrainJob(job, context);
  const predictions = await predictHeldOut(context, listingDigest, trained, config);
  const manifest = describe(listing, listingDigest, config, trained, predictions, context.engine.hardware);
  progress.done();
  await write(out, manifest, await store.get(trained.weightsDigest));
});

function report(step: JobProgress, progress: ReturnType<typeof progressLine>): void {
  if (step.epochMetrics) {
    progress.done(JSON.stringify(step.epochMetrics));
    return;
  }
  const rate = step.imagesPerSecond ? `, ${step.imagesPerSecond.toFixed(1)} images/s` : "";
  const epoch = step.epoch ? ` epoch ${step.epoch} of ${step.epochs}` : "";
  progress.update(`${step.phase}${epoch}: ${step.done} of ${step.total}${rate}`);
}

async function predictHeldOut(
  context: JobContext,
  datasetDigest: `sha256:${string}`,
  trained: TrainResult,
  config: TrainingConfig,
) {
  const { predictionsDigest } = await runEvaluateJob(
    {
      kind: "evaluate",
      jobId: "baseline-test",
      datasetDigest,
      weightsDigest: trained.weightsDigest,
      imageSize: config.imageSize,
      views: config.views,
      splits: ["test"],
    },
    context,
  );
  const text = new TextDecoder().decode(await context.store.get(predictionsDigest));
  return casePredictionSchema.array().parse(JSON.parse(text));
}

function describe(
  listing: ReturnType<typeof parseListing>,
  digest: `sha256:${string}`,
  config: TrainingConfig,
  trained: TrainResult,
  predictions: CasePrediction[],
  hardware: string,
): ModelManifest {
  const patients = (cases: { patientId: string }[]) => new Set(cases.map((item) => item.patientId)).size;
  const reading = {
    classes: ["NORMAL", "PNEUMONIA"] as ["NORMAL", "PNEUMONIA"],
    calibration: { temperature: trained.temperature },
    threshold: {
      probability: trained.threshold,
      targetSensitivity: config.targetSensitivity,
      chosenOn: "validation patients",
    },
  };
  const cases = predictions.map((item) => ({
    ...item,
    probability: interpret(item.logit, reading).probability,
  }));
  return {
    schema: "pneumoscope.model-version/1",
    version: "v1",
    serial: 1,
    createdAt: new Date().toISOString(),
    architecture: "resnet18",
    ...reading,
    preprocessing: {
      size: config.imageSize,
      resize: "triangle-antialiased",
      intensity: "stretch-1-99",
      mean: [...imagenet.mean],
      std: [...imagenet.std],
    },
    views: config.views,
    knownAnswers: trained.knownAnswers,
    weights: {
      digest: trained.weightsDigest,
      sizeBytes: trained.weightsSizeBytes,
      format: "safetensors-fp16",
      url: "/models/baseline/weights.safetensors",
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
      engine: `${trained.engine} (${hardware})`,
      seed: config.seed,
      durationMs: trained.durationMs,
    },
    metrics: evaluateCases(cases, trained.threshold),
    trainingData: {
      ...trainingData,
      statement: `Fine-tuned from torchvision's ImageNet ResNet18 (BSD-3-Clause) on ${trained.trainingImages} chest radiographs of ${trained.trainingPatients} children, ${config.epochs} epochs.`,
    },
  };
}

/** Weights first, manifest last: a page that reads meanwhile sees the old version or a digest that does not fit. */
async function write(folder: string, manifest: ModelManifest, weights: Uint8Array): Promise<void> {
  const given = process.env.RELEASE_SIGNING_KEY;
  const key = given ? signingKeyFromSeed(given) : generateSigningKey();
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const card = renderModelCard(manifest, "npm run baseline -- --data FOLDER --weights FILE", {
    "Figures under perturbation":
      "See docs/training-for-the-shift.md; `npm run robustness -- --data FOLDER` measures them.",
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
