import { eq, inArray } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { evaluationSets, evaluations, runSteps, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { recordHeldOutEvaluation } from "@/lib/server/evaluation-sets/evaluations";
import { loadPredictions, recordPredictions } from "@/lib/server/jobs/record-predictions";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { addHeldOutImages, addScoredRun } from "@/lib/server/testing/scored-runs";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { candidates } from "./candidates";
import { compareModels } from "./compare-models";
import { runCharts } from "./run-charts";

let deployment: TestDeployment;
let dataset: Digest;
let other: Digest;

withDeployment("file", { patients: [] }, async (made) => {
  deployment = made;
  await registerBaseline(deployment.db, deployment.store);
  dataset = await addHeldOutImages(deployment, 200);
  other = await addHeldOutImages(deployment, 40, "another");
  await addScoredRun(deployment, { id: "run-a", dataset, images: 200, skill: 2, seed: 1 });
  await addScoredRun(deployment, {
    id: "run-b",
    dataset,
    images: 200,
    skill: 0.3,
    seed: 2,
    changes: ["learningRate=0.01"],
  });
  await addScoredRun(deployment, { id: "run-c", dataset: other, images: 40, skill: 2, seed: 3 });
  await addScoredRun(deployment, {
    id: "run-d",
    dataset,
    images: 0,
    skill: 1,
    seed: 4,
    state: "running",
    epochs: 2,
  });
});

async function weightsOf(...ids: string[]): Promise<Digest[]> {
  const rows = await deployment.db.query.trainingRuns.findMany({ where: inArray(trainingRuns.id, ids) });
  return rows.flatMap(({ weightsDigest }) => weightsDigest ?? []);
}

describe("the charts of a run", () => {
  it("are its epochs and its model on the held-out images", async () => {
    const { epochs, rank, called, epochsPlanned } = await runCharts(deployment, "run-a");
    expect(epochs).toHaveLength(8);
    expect(epochsPlanned).toBeGreaterThan(0);
    // 800 training images, a tenth of which the preset uses, in 30 to 34 s.
    expect(epochs[0]?.imagesPerSecond).toBeGreaterThan(80 / 34.1);
    expect(epochs[0]?.imagesPerSecond).toBeLessThan(80 / 29.9);
    expect(rank).toMatchObject({ images: 200, patients: 100, positives: 100 });
    expect(called).toMatchObject({ threshold: 0.5, temperature: 1 });
  });

  it("have the intervals of the evaluation on record, if it is of the same threshold", async () => {
    const [weightsDigest = "sha256:"] = await weightsOf("run-a");
    expect((await runCharts(deployment, "run-a")).called?.f1).toMatchObject({ low: null, high: null });
    await recordHeldOutEvaluation(deployment, {
      datasetDigest: dataset,
      model: { version: null, weightsDigest, temperature: 1, threshold: 0.5 },
      engine: "wasm",
      predictions: await loadPredictions(deployment.db, weightsDigest, dataset),
      runId: "run-a",
    });
    const { rank, called } = await runCharts(deployment, "run-a");
    for (const figure of [called?.f1, called?.ece, called?.brier, rank?.averagePrecision]) {
      expect(figure?.low).toBeLessThanOrEqual(figure?.value ?? 0);
      expect(figure?.high).toBeGreaterThan(figure?.value ?? 1);
    }
    const compared = await compareModels(deployment, { ids: ["run-a", "run-b"] });
    expect(compared.models[0]?.called?.f1).toEqual(called?.f1);
    expect(compared.models[1]?.called?.f1.low).toBeNull();
    await deployment.db
      .update(runSteps)
      .set({ output: { value: { temperature: 1, threshold: 0.51 } } })
      .where(eq(runSteps.runId, "run-a"));
    expect((await runCharts(deployment, "run-a")).called?.brier.low).toBeNull();
    await deployment.db
      .update(runSteps)
      .set({ output: { value: { temperature: 1, threshold: 0.5 } } })
      .where(eq(runSteps.runId, "run-a"));
  });

  it("are only its epochs while it trains", async () => {
    const charts = await runCharts(deployment, "run-d");
    expect(charts).toMatchObject({ state: "running", rank: null, called: null });
    expect(charts.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it("need a run", async () => {
    await expect(runCharts(deployment, "run-z")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});

describe("a comparison", () => {
  it("is on the images that most were scored on, and says who was not", async () => {
    const ids = ["run-a", "run-b", "run-c", "run-d", "v1", "run-z"];
    const found = await compareModels(deployment, { ids });
    expect(found.unknown).toEqual(["run-z"]);
    expect(found.set).toBe(dataset);
    expect(found.sets).toEqual([
      { digest: dataset, name: null, models: 2 },
      { digest: other, name: null, models: 1 },
    ]);
    expect(found.models.map(({ id, rank }) => [id, rank?.images ?? null])).toEqual([
      ["run-a", 200],
      ["run-b", 200],
      ["run-c", null],
      ["run-d", null],
      ["v1", null],
    ]);
    expect(found.parameters.filter(({ differs }) => differs).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["seed", "learningRate"]),
    );
    expect(found.baseline).toBe("run-a");
    const [ofBaseline, ofB, ofC] = found.pairs;
    expect([ofBaseline, ofC]).toEqual([null, null]);
    expect(ofB).toMatchObject({ images: 200, patients: 100, left: 0 });
    expect(ofB?.auc?.value).toBeLessThan(-0.1);
    expect(ofB?.adjustedP.auc).toBe(ofB?.auc?.p);
    expect(found.standings.auc).toEqual(["best", "behind", null, null, null]);
    const { total, rows } = found.disagreements;
    expect(total).toBeGreaterThan(10);
    expect(rows[0]?.imageDigest).toMatch(/^sha256:/);
    expect(JSON.stringify(found)).not.toMatch(/test patient|test\/0/);
  });

  it("is on the images and against the baseline asked for", async () => {
    const found = await compareModels(deployment, {
      ids: ["run-a", "run-b", "run-c"],
      baseline: "run-b",
      set: other,
    });
    expect(found).toMatchObject({ set: other, baseline: "run-b", pairs: [null, null, null] });
    const swapped = await compareModels(deployment, { ids: ["run-a", "run-b"], baseline: "run-b" });
    expect(swapped.pairs[0]?.auc?.value).toBeGreaterThan(0.1);
  });

  it("is on an evaluation set where models were scored on one", async () => {
    const { db, store } = deployment;
    const digest = await addHeldOutImages(deployment, 20, "another site");
    await db.insert(evaluationSets).values({
      ...{ name: "other site", digest, images: 20, patients: 10, positives: 10, unreadable: 0 },
      ...{ source: "site", addedBy: "admin" },
    });
    const readings = Array.from({ length: 20 }, (_, at) => ({
      caseId: `test/${String(at).padStart(4, "0")}.png`,
      patientId: `test patient ${Math.floor(at / 2)}`,
      split: "test" as const,
      label: Math.floor(at / 2) % 2,
      logit: at % 4,
    }));
    const bytes = new TextEncoder().encode(JSON.stringify(readings));
    const { digest: predictionsDigest } = await store.put(bytes);
    for (const weightsDigest of await weightsOf("run-a", "run-c"))
      await db
        .insert(evaluations)
        .values({ weightsDigest, setDigest: digest, predictionsDigest, documentDigest: predictionsDigest });
    const found = await compareModels(deployment, { ids: ["run-a", "run-c"] });
    expect(found.sets[0]).toEqual({ digest, name: "other site", models: 2 });
    expect(found.models.map(({ rank }) => rank?.images)).toEqual([20, 20]);
    expect(found.pairs[1]).toMatchObject({ images: 20, auc: { value: 0 } });
    expect((await compareModels(deployment, { ids: ["run-a", "run-c"], set: dataset })).set).toBe(dataset);

    await store.remove(predictionsDigest);
    const kept = await compareModels(deployment, { ids: ["run-a", "run-c"], set: digest });
    expect(kept.models[0]?.rank?.images).toBe(20);
    await db.update(evaluationSets).set({ removedAt: new Date() }).where(eq(evaluationSets.digest, digest));
    const removed = await compareModels(deployment, { ids: ["run-a", "run-c"], set: digest });
    expect(removed.sets.map(({ name }) => name)).toEqual([null, null]);
  });

  it("sees predictions that were made again", async () => {
    const { db, store } = deployment;
    const [weightsDigest = "sha256:"] = await weightsOf("run-c");
    const auc = async () => (await compareModels(deployment, { ids: ["run-c"] })).models[0]?.rank?.auc.value;
    const before = await auc();
    const rows = await loadPredictions(db, weightsDigest, other);
    const mirrored = rows.map((row) => ({ ...row, logit: -row.logit }));
    const { digest } = await store.put(new TextEncoder().encode(JSON.stringify(mirrored)));
    const entry = { runId: "run-c", weightsDigest, datasetDigest: other, predictionsDigest: digest };
    await recordPredictions(deployment, entry);
    expect(await auc()).toBeCloseTo(1 - (before ?? 0), 12);
  });

  it("is of parameters and training curves where nothing was scored", async () => {
    const found = await compareModels(deployment, { ids: ["run-d", "v1"] });
    expect(found).toMatchObject({ set: null, sets: [], disagreements: { total: 0 } });
    expect(found.models.map(({ training }) => training?.epochs)).toEqual([[1, 2], undefined]);
  });
});

it("offers versions and runs by what is in their names", async () => {
  expect((await candidates(deployment.db, "")).map(({ id }) => id)).toEqual([
    "v1",
    "run-d",
    "run-c",
    "run-b",
    "run-a",
  ]);
  expect((await candidates(deployment.db, "N-B")).map(({ id }) => id)).toEqual(["run-b"]);
  expect(await candidates(deployment.db, "%")).toEqual([]);
  expect((await candidates(deployment.db, "demo")).length).toBe(4);
});
