import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { buildListing } from "@/lib/dataset/build-listing";
import { canonicalListingBytes } from "@/lib/dataset/listing";
import { sumOf } from "@/lib/in-use/statistics";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { assertComplete } from "@/lib/resnet18/architecture";
import { parseSafetensors, writeSafetensors } from "@/lib/safetensors/safetensors";
import { encodePng } from "@/lib/testing/encode-png";
import { randomWeights } from "@/lib/testing/random-weights";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import {
  casePredictionSchema,
  comparisonConditions,
  type JobProgress,
  type TrainJob,
  type TrainResult,
} from "@/lib/training/job";
import type { JobPhase } from "@/lib/training/job-phases";
import { trainingConfig } from "@/lib/training/training-config";
import { openEngine } from "./engines/open";
import { runEvaluateJob } from "./evaluate";
import type { JobContext } from "./job-context";
import { runTrainJob } from "./train";

const patients = 40;
let folder: string;
let store: ArtifactStore;
let datasetDigest: Digest;
let initialWeightsDigest: Digest;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-train-"));
  store = folderArtifactStore(path.join(folder, "artifacts"));
  const files = [];
  for (let i = 0; i < patients; i++) {
    for (const [className, pneumonia] of [
      ["NORMAL", false],
      ["PNEUMONIA", true],
    ] as const) {
      const seed = 2 * i + (pneumonia ? 1 : 0);
      const { digest, sizeBytes } = await store.put(
        encodePng(drawSyntheticRadiograph({ width: 96, height: 80, seed, pneumonia })),
      );
      files.push({ path: `${className}/patient${seed}.png`, digest, sizeBytes });
    }
  }
  datasetDigest = (await store.put(canonicalListingBytes(buildListing(files)))).digest;
  initialWeightsDigest = (await store.put(writeSafetensors(randomWeights(1), "F16"))).digest;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const overrides = [
  "imageSize=32",
  "epochs=2",
  "batchSize=8",
  "microBatchSize=4",
  "trainFrom=layer4",
  "learningRate=0.001",
  "weightAveragingDecay=0.9",
];

function job(more: string[] = []): TrainJob {
  const config = trainingConfig("daily", [...overrides, ...more]);
  return { kind: "train", jobId: "test", datasetDigest, initialWeightsDigest, config };
}

async function context(name: string, more: Partial<JobContext> = {}): Promise<JobContext> {
  return {
    store,
    engine: await openEngine("onnxruntime"),
    jobDirectory: path.join(folder, name),
    signal: new AbortController().signal,
    report: () => {},
    ...more,
  };
}

describe("runTrainJob", () => {
  it("learns the synthetic classes, and its weights score held-out patients", async () => {
    const reports: JobProgress[] = [];
    const trained = await runTrainJob(
      job(["epochs=5", "dropout=0"]),
      await context("learns", { report: (step) => reports.push(step) }),
    );
    const losses = trained.epochs.map((epoch) => epoch.train_loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) * 0.8);
    expect(trained.epochs.at(-1)?.auc).toBeGreaterThan(0.8);
    expect(reports.filter((step) => step.epochMetrics).length).toBe(5);
    expect(new Set(reports.map((step) => step.phase))).toEqual(
      new Set(["load", "train", "validate", "calibrate", "reference"] satisfies JobPhase[]),
    );
    const bytes = await store.get(trained.weightsDigest);
    assertComplete(parseSafetensors(bytes).weights);
    expect(trained.weightsDigest).toBe(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);

    const evaluated = await runEvaluateJob(
      {
        kind: "evaluate",
        jobId: "test",
        datasetDigest,
        weightsDigest: trained.weightsDigest,
        imageSize: 32,
        views: ["identity", "horizontal-flip"],
        splits: ["test"],
        conditions: comparisonConditions,
        parity: { images: 10, knownAnswers: trained.knownAnswers },
      },
      await context("learns"),
    );
    // The published weights on the page's own backend, and the answers that it will test itself by.
    expect(evaluated.parity).toMatchObject({ backend: "tfjs wasm", knownAnswers: 3 });
    expect(evaluated.parity?.images).toBe(Math.min(10, evaluated.cases));
    for (const difference of [evaluated.parity?.maxDifference, evaluated.parity?.knownAnswersMaxDifference]) {
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(1e-3);
    }
    const text = new TextDecoder().decode(await store.get(evaluated.predictionsDigest));
    const predictions = casePredictionSchema.array().parse(JSON.parse(text));
    expect(predictions.length).toBe(evaluated.cases);
    expect(predictions.every((item) => item.split === "test")).toBe(true);
    for (const { logit, perturbedLogits = [] } of predictions) {
      expect(perturbedLogits.length).toBe(comparisonConditions.length);
      expect(perturbedLogits.some((perturbed) => perturbed !== logit)).toBe(true);
    }
    const mean = (label: number) => {
      const logits = predictions.filter((item) => item.label === label).map((item) => item.logit);
      return logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
    };
    expect(mean(1)).toBeGreaterThan(mean(0));
  });

  describe("of a seed", () => {
    let whole: TrainResult;
    let other: TrainResult;
    const otherReports: JobProgress[] = [];

    beforeAll(async () => {
      whole = await runTrainJob(job(), await context("whole"));
      other = await runTrainJob(
        job(["seed=2", "epochs=1"]),
        await context("whole", { report: (step) => otherReports.push(step) }),
      );
    });

    it("resumes a killed run where it was and ends with the same weights", async () => {
      const checkpoints = ["checkpointEverySteps=4"];
      const abort = new AbortController();
      let steps = 0;
      const stopInSecondEpoch = (step: JobProgress) => {
        if (step.phase === "train" && step.epoch === 2 && ++steps === 5) abort.abort();
      };
      const killed = runTrainJob(
        job(checkpoints),
        await context("killed", { signal: abort.signal, report: stopInSecondEpoch }),
      );
      await expect(killed).rejects.toMatchObject({ code: "TRAINING_CANCELLED" });
      const reports: JobProgress[] = [];
      const resumed = await runTrainJob(
        { ...job(checkpoints), callbackUrl: "http://127.0.0.1:9/another-port" },
        await context("killed", { report: (step) => reports.push(step) }),
      );
      expect(reports.find((step) => step.phase === "resume")?.epoch).toBe(2);
      expect(reports.some((step) => step.phase === "train" && step.epoch === 1)).toBe(false);
      expect(resumed.weightsDigest).toBe(whole.weightsDigest);
      expect(resumed.threshold).toBe(whole.threshold);
      expect(resumed.validationProbabilities).toEqual(whole.validationProbabilities);
      expect(sumOf(whole.validationProbabilities ?? [])).toBeGreaterThan(0);
      expect(resumed.epochs.length).toBe(2);
    });

    it("gives other weights than another seed, whose checkpoint is not gone on from", () => {
      expect(otherReports.some((step) => step.phase === "resume")).toBe(false);
      expect(other.epochs[0]?.train_loss).not.toBe(whole.epochs[0]?.train_loss);
      expect(other.weightsDigest).not.toBe(whole.weightsDigest);
    });

    it("trains the same way on wasm", async () => {
      const half = job(["epochs=1", "dataFraction=0.5"]);
      const native = await runTrainJob(half, await context("native"));
      const wasm = await runTrainJob(half, await context("wasm", { engine: await openEngine("wasm") }));
      expect([native.engine, wasm.engine]).toEqual(["onnxruntime", "wasm"]);
      const difference = Math.abs((wasm.epochs[0]?.train_loss ?? 0) - (native.epochs[0]?.train_loss ?? 1));
      expect(difference).toBeLessThan(0.01);
    });
  });

  it("stops with TRAINING_DIVERGED when the loss is not finite", async () => {
    const engine = await openEngine("onnxruntime");
    const broken = {
      ...engine,
      createLearner: async (...parameters: Parameters<typeof engine.createLearner>) => {
        const learner = await engine.createLearner(...parameters);
        const gradients: typeof learner.gradients = async (weights, batch) => {
          const result = await learner.gradients(weights, batch);
          return { ...result, logits: result.logits.fill(Number.NaN) };
        };
        return { ...learner, gradients };
      },
    };
    const diverging = runTrainJob(job(["epochs=1"]), await context("diverges", { engine: broken }));
    await expect(diverging).rejects.toMatchObject({
      code: "TRAINING_DIVERGED",
      message: expect.stringContaining("step 1"),
    });
  });
});
