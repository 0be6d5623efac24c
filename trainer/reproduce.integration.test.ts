import { afterAll, beforeAll, expect, it } from "vitest";
import { casePredictionSchema } from "@/lib/training/job";
import { type DrawnTraining, drawnTraining, tinyConfig } from "./__fixtures__/drawn-training";
import { openEngine } from "./engines/open";
import { runEvaluateJob } from "./evaluate";
import { compareTrainings, type RecordedTraining, reproduceRun } from "./reproduce";
import { runTrainJob } from "./train";

let drawn: DrawnTraining;
let recorded: RecordedTraining;

beforeAll(async () => {
  drawn = await drawnTraining(30);
  const { datasetDigest, initialWeightsDigest, store } = drawn;
  const config = tinyConfig();
  const context = await drawn.context("first");
  const trained = await runTrainJob(
    { kind: "train", jobId: "first", datasetDigest, initialWeightsDigest, config },
    context,
  );
  const { weightsDigest, engine, epochs, provenance = null } = trained;
  const { imageSize, views } = config;
  const { predictionsDigest } = await runEvaluateJob(
    { kind: "evaluate", jobId: "first", datasetDigest, weightsDigest, imageSize, views, splits: ["test"] },
    context,
  );
  const predictions = casePredictionSchema
    .array()
    .parse(JSON.parse(new TextDecoder().decode(await store.get(predictionsDigest))));
  recorded = {
    runId: "run-1",
    engine,
    config,
    datasetDigest,
    initialWeightsDigest,
    weightsDigest,
    provenance,
    epochs,
    predictions,
  };
});
afterAll(() => drawn.close());

it("gives a run's weights again, to the last bit, and the record says with what it ran", async () => {
  const { provenance } = recorded;
  expect(provenance).toMatchObject({
    commit: expect.stringMatching(/^[0-9a-f]{40}(-changed)?$/),
    lockDigest: expect.stringMatching(/^sha256:/),
    cores: expect.any(Number),
    gpu: null,
    versions: { node: process.versions.node, onnxruntime: "1.30.0", tfjs: "4.22.0" },
  });
  const found = await reproduceRun(recorded, await drawn.context("same"));
  expect(found).toMatchObject({ verdict: "same", compared: "weights", bound: null, differences: [] });
  expect(found.weightsDigest).toBe(recorded.weightsDigest);
});

it("says what differs when another seed, another start or other code had trained", async () => {
  const config = { ...recorded.config, seed: 2 };
  const lockDigest = `sha256:${"0".repeat(64)}` as const;
  const provenance = recorded.provenance && { ...recorded.provenance, lockDigest };
  const found = await reproduceRun({ ...recorded, config, provenance }, await drawn.context("other"));
  expect(found).toMatchObject({ verdict: "differs", compared: "weights" });
  expect(found.differences).toEqual([
    expect.stringMatching(/^From epoch 1 on: train_loss was .*, and is /),
    expect.stringMatching(/^\d+ of \d+ tensors differ, \S+ most: by up to /),
    expect.stringMatching(/^Probabilities of \d+ held-out images differ by .* on average, /),
  ]);
  expect(found.warnings.filter((line) => line.includes("lock file"))).toHaveLength(1);
});

it("compares predictions on another engine, within the bound and outside it", async () => {
  const context = await drawn.context("wasm", { engine: await openEngine("wasm") });
  const { config, datasetDigest, initialWeightsDigest } = recorded;
  const trained = await runTrainJob(
    { kind: "train", jobId: "wasm", datasetDigest, initialWeightsDigest, config },
    context,
  );
  const found = await compareTrainings(recorded, trained, context, 0.02);
  expect(found).toMatchObject({ verdict: "same", compared: "predictions", engine: "wasm", bound: 0.02 });
  expect(found.predictions).toMatchObject({ sameSide: 1, images: recorded.predictions.length });
  const predictions = recorded.predictions.map((item) => ({ ...item, logit: item.logit + 0.2 }));
  const far = await compareTrainings({ ...recorded, predictions }, trained, context, 0.02);
  expect(far.verdict).toBe("differs");
  // The slope of the sigmoid is at most a quarter.
  expect(far.predictions?.meanProbability).toBeGreaterThan(0.02);
  expect(far.predictions?.meanProbability).toBeLessThan(0.051);
  expect(far.differences.at(-1)).toContain("(bound 0.02)");
});
