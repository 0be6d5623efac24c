import { describe, expect, it } from "vitest";
import en from "@/messages/en/runs.json";
import { configFields, invalidKeys, valueAt, withValue } from "./config-fields";
import { describeChange } from "./describe-change";
import { differencesFromPreset, flattenConfig } from "./differences";
import type { JobStatus } from "./job";
import { demo } from "./presets/demo";

const byKey = new Map(configFields().map((field) => [field.key as string, field]));

describe("the form of a configuration", () => {
  it("has a field for every value of a preset, and words for it", () => {
    const keys = flattenConfig(demo)
      .map(([key]) => key)
      .filter((key) => key !== "preset");
    expect([...byKey.keys()].sort()).toEqual(keys.sort());
    const worded = flattenConfig(en.config).map(([key]) => key);
    expect(worded.sort()).toEqual(keys.sort());
  });

  it("knows kinds and bounds from the schema", () => {
    expect(byKey.get("epochs")).toMatchObject({
      kind: "number",
      isInteger: true,
      bounds: { least: 1, most: 200 },
    });
    expect(byKey.get("weightAveragingDecay")).toMatchObject({
      bounds: { least: 0, most: 1, leastExcluded: false, mostExcluded: true },
    });
    expect(byKey.get("checkpointEverySteps")).toMatchObject({ bounds: { least: 1, most: null } });
    expect(byKey.get("trainFrom")).toMatchObject({ kind: "choice", options: expect.arrayContaining(["fc"]) });
    expect(byKey.get("views")).toMatchObject({ kind: "choices" });
    expect(byKey.get("augmentation.flip")).toEqual({ key: "augmentation.flip", kind: "flag" });
  });

  it("replaces values without touching the preset, and names what is wrong", () => {
    const changed = withValue(withValue(demo, "augmentation.noise", 31), "epochs", 1.5);
    expect(valueAt(demo, "augmentation.noise")).not.toBe(31);
    expect(invalidKeys(changed)).toEqual(new Set(["epochs", "augmentation.noise"]));
    expect(invalidKeys(withValue(demo, "microBatchSize", 7))).toEqual(new Set(["batchSize"]));
    expect(invalidKeys(withValue(demo, "views", []))).toEqual(new Set(["views"]));
    expect(invalidKeys(withValue(demo, "learningRate", Number.NaN))).toEqual(new Set(["learningRate"]));
    expect(invalidKeys(demo).size).toBe(0);
    expect(differencesFromPreset(changed)).toEqual([
      { key: "epochs", value: 1.5, presetValue: 1 },
      { key: "augmentation.noise", value: 31, presetValue: demo.augmentation.noise },
    ]);
    expect(differencesFromPreset({ ...demo, preset: "constructor" })).toEqual([]);
  });
});

it("a log line for each turn of a job, none for each image", () => {
  const base: JobStatus = { jobId: "j", kind: "train", state: "running", engine: "wasm", epochs: [] };
  const at = (done: number): JobStatus => ({
    ...base,
    progress: { phase: "train", epoch: 1, epochs: 2, done, total: 9 },
  });
  expect(describeChange(null, at(1))).toEqual(["train: running on wasm", "train: train, epoch 1 of 2"]);
  expect(describeChange(at(1), at(2))).toEqual([]);
  const error = { code: "TRAINING_DIVERGED", message: "NaN" };
  expect(describeChange(at(2), { ...base, state: "failed", error })).toEqual([
    "train: failed on wasm",
    "train: TRAINING_DIVERGED: NaN",
  ]);
});
