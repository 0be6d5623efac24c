import { describe, expect, it } from "vitest";
import { presetNames, trainingConfig, trainingConfigFrom } from "./training-config";

const invalid = (text: string) =>
  expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(text) });

describe("trainingConfig", () => {
  it("knows its presets, each of them valid", () => {
    expect(presetNames).toEqual(["daily", "demo", "full", "baseline"]);
    for (const name of presetNames) expect(trainingConfig(name).preset).toBe(name);
  });

  it("replaces values, also nested ones, and leaves the preset as it was", () => {
    const before = trainingConfig("demo");
    const config = trainingConfig("demo", [
      "epochs=7",
      "augmentation.noise=0",
      'views=["identity"]',
      "trainFrom=fc",
    ]);
    expect(config).toEqual({
      ...before,
      epochs: 7,
      views: ["identity"],
      trainFrom: "fc",
      augmentation: { ...before.augmentation, noise: 0 },
    });
    expect(trainingConfig("demo")).toEqual(before);
  });

  it("takes a whole configuration as a file holds it, and refuses anything else", () => {
    const config = { ...trainingConfig("demo", ["epochs=7"]), preset: "demo, searched" };
    expect(trainingConfigFrom(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(trainingConfigFrom(config, ["dropout=0"])).toEqual({ ...config, dropout: 0 });
    const { seed: _, ...lacking } = config;
    expect(() => trainingConfigFrom(lacking)).toThrow(invalid("seed"));
    for (const value of [null, "demo", [config]])
      expect(() => trainingConfigFrom(value)).toThrow(invalid("valid"));
  });

  it("names what is wrong", () => {
    expect(() => trainingConfig("weekly")).toThrow(invalid("daily, demo, full"));
    expect(() => trainingConfig("constructor")).toThrow(invalid("constructor"));
    expect(() => trainingConfig("demo", ["epochs"])).toThrow(invalid("key=value"));
    expect(() => trainingConfig("demo", ["epoch=1"])).toThrow(invalid("epoch"));
    expect(() => trainingConfig("demo", ["augmentation.nois=1"])).toThrow(invalid("augmentation.nois"));
    expect(() => trainingConfig("demo", ["preset.x.y=1"])).toThrow(invalid("preset.x.y"));
    expect(() => trainingConfig("demo", ["__proto__.x=1"])).toThrow(invalid("__proto__"));
    expect(() => trainingConfig("demo", ["epochs=many"])).toThrow(invalid("epochs"));
    expect(() => trainingConfig("demo", ["epochs=0"])).toThrow(invalid("epochs"));
    expect(() => trainingConfig("demo", ["microBatchSize=7"])).toThrow(invalid("multiple of microBatchSize"));
  });
});
