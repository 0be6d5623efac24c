import { createTranslator } from "use-intl/core";
import { expect, it } from "vitest";
import { chartTable } from "@/components/charts/chart-table";
import { formatOf } from "@/components/ui/format";
import type { ModelComparison } from "@/lib/browser/trpc";
import en from "@/messages/en";
import { compareHref, readAddress } from "./compare-address";
import { curveCharts, forestChart, parallelChart, scatterChart } from "./compare-charts";
import { comparisonTable, disagreementTable } from "./compare-csv";
import { shortNames } from "./short-names";
import { defaultAxes, variablesOf } from "./variables";

const t = createTranslator({ locale: "en", messages: en, namespace: "compare" });
const run = createTranslator({ locale: "en", messages: en, namespace: "runCharts" });
const digest = `sha256:${"a".repeat(64)}` as const;

type Model = ModelComparison["models"][number];

function model(id: string, auc: number | null): Model {
  const interval = { value: auc, low: auc && auc - 0.01, high: auc && auc + 0.01 };
  return {
    id,
    kind: "run",
    state: "succeeded",
    runId: id,
    preset: "demo",
    engine: "wasm",
    createdAt: "2026-11-21T12:00:00.000Z",
    durationMs: 120_000,
    datasetDigest: digest,
    recordedAuc: auc,
    training: { epochs: [1], validationLoss: [0.5], auc: [0.9], imagesPerSecond: 12 },
    rank:
      auc === null
        ? null
        : {
            images: 10,
            patients: 5,
            positives: 5,
            auc: interval,
            averagePrecision: interval,
            roc: [
              [0, 0],
              [1, 1],
            ],
          },
    called: null,
  };
}

const nobody = [null, null] as null[];
const comparison: ModelComparison = {
  models: [model("=run-a", 0.98), model("run-b", null)],
  unknown: [],
  parameters: [
    { name: "learningRate", values: [3e-4, 1e-3], differs: true },
    { name: "schedule", values: ["constant", "one-cycle"], differs: true },
    { name: "augmentation.flip", values: [true, true], differs: false },
  ],
  sets: [{ digest, name: null, models: 1 }],
  set: digest,
  baseline: "=run-a",
  pairs: nobody,
  standings: { auc: nobody, accuracy: nobody, sensitivity: nobody, specificity: nobody },
  disagreements: {
    total: 1,
    rows: [{ imageDigest: digest, label: 1, probabilities: [0.9, null], calls: [1, null] }],
  },
};
const words = { t, run, names: ["a", "b"], format: formatOf("en") };

it("keeps what is compared in the address, and nothing that makes no sense there", () => {
  const address = readAddress(
    new URLSearchParams(`ids=a,b,,a,${"x".repeat(90)}&baseline=c&set=sha256:1&x=metric.auc`),
  );
  expect(address).toEqual({ ids: ["a", "b"], baseline: null, set: null, x: "metric.auc", y: null });
  const whole = { ids: ["a&b", "c"], baseline: "c", set: digest, x: null, y: "metric.auc" };
  expect(readAddress(new URL(compareHref(whole), "http://x").searchParams)).toEqual(whole);
  // A baseline that was taken out is no baseline.
  expect(compareHref({ ...whole, ids: ["a"] })).not.toContain("baseline");
});

it("shortens names only as far as they stay apart", () => {
  expect(shortNames(["run-20261121-122631-abc123", "run-20261121-122631-def456", "v3"])).toEqual([
    "abc123",
    "def456",
    "v3",
  ]);
  expect(shortNames(["run-20261121-122631-abc123", "run-20261122-122631-abc123"])).toEqual([
    "run-20261121-122631-abc123",
    "run-20261122-122631-abc123",
  ]);
});

it("sets parameters and metrics against each other", () => {
  const variables = variablesOf(comparison, t);
  expect(defaultAxes(variables)).toEqual({ x: "parameter.learningRate", y: "metric.lowestLoss" });
  const find = (key: string) => variables.find((one) => one.key === key);
  const [x, y] = [find("parameter.learningRate"), find("metric.lowestLoss")];
  if (!x || !y) throw new Error("a variable is missing");
  const table = chartTable(scatterChart(x, y, words), en.charts.table);
  expect(table.rows).toEqual([
    ["a", "a", 3e-4, 0.5],
    ["b", "b", 1e-3, 0.5],
  ]);
  const parallel = parallelChart(variables, words);
  expect(parallel.axes.map(({ name }) => name)).toEqual([
    "learningRate",
    "schedule",
    "lowest validation loss",
  ]);
  expect(parallel.lines[1]?.values).toEqual([1e-3, "one-cycle", 0.5]);
});

it("lays curves over each other, of the models that have them", () => {
  const [loss, , roc, aucs] = curveCharts(comparison, words);
  expect(loss?.kind === "xy" && loss.series.map(({ name, hue }) => [name, hue])).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
  expect(roc?.kind === "xy" && roc.series).toHaveLength(1);
  expect(aucs?.kind === "intervals" && aucs.rows).toHaveLength(1);
  expect(forestChart(comparison, words)).toMatchObject({ rows: [] });
});

it("is written as a row a model, and images as digests", () => {
  const { columns, rows } = comparisonTable(comparison);
  const heads = columns.map(({ head }) => head);
  expect(rows).toHaveLength(2);
  expect(rows[0]?.[heads.indexOf("parameter.augmentation.flip")]).toBe("true");
  expect(rows[1]?.[heads.indexOf("auc")]).toBeNull();
  expect(disagreementTable(comparison).rows).toEqual([[digest, 1, 0.9, null]]);
});
