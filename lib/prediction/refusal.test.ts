import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { createRandom } from "@/lib/random";
import { cautionsOf } from "./cautions";
import { refuseAtFirstLook } from "./first-look";
import { fitReference, limitFor } from "./fit-reference";
import { readOutput } from "./read-output";
import { distanceFrom, distancesFrom } from "./refusal";

const channels = 6;

/** Descriptors around (1, 2, …) that vary a hundredfold more along (1, 1, 0, …) than elsewhere. */
function descriptorsOf(n: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: n }, () => random.normal()).reduce(
    (all, along, i) => {
      for (let k = 0; k < channels; k++) {
        all[i * channels + k] = k + 1 + (k < 2 ? along : 0) + 0.1 * random.normal();
      }
      return all;
    },
    new Float32Array(n * channels),
  );
}

describe("the distance from training radiographs", () => {
  const reference = fitReference(descriptorsOf(400, 1), channels);

  it("is about 1 for images like those it was fitted on, and grows with the deviation", () => {
    const distances = distancesFrom(reference, descriptorsOf(400, 2));
    const mean = distances.reduce((sum, value) => sum + value, 0) / distances.length;
    expect(mean).toBeGreaterThan(0.8);
    expect(mean).toBeLessThan(1.2);
    const towards = (step: number) => distanceFrom(reference, [1 + step, 2 - step, 3, 4, 5, 6]);
    expect(towards(0.5)).toBeGreaterThan(towards(0.2));
    expect(towards(3)).toBeGreaterThan(limitFor(distances));
  });

  it("allows for directions in which radiographs vary", () => {
    const alongIt = distanceFrom(reference, [2, 3, 3, 4, 5, 6]);
    const acrossIt = distanceFrom(reference, [2, 1, 3, 4, 5, 6]);
    expect(alongIt).toBeLessThan(2);
    expect(acrossIt).toBeGreaterThan(20 * alongIt);
  });

  it("does not depend on the scale or the order of channels", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (seed, factor) => {
          const train = descriptorsOf(60, seed);
          const probe = descriptorsOf(1, seed + 5);
          const turn = (values: Float32Array) =>
            values.map(
              (_, i) => factor * (values[i - (i % channels) + (channels - 1 - (i % channels))] as number),
            );
          const plain = distanceFrom(fitReference(train, channels), probe);
          const turned = distanceFrom(fitReference(turn(train), channels), turn(probe));
          expect(Math.abs(turned - plain) / plain).toBeLessThan(0.02);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("needs two finite descriptors, and a limit needs distances", () => {
    expect(() => fitReference(new Float32Array(channels), channels)).toThrow(RangeError);
    expect(() => fitReference(Float32Array.of(1, 2, Number.NaN, 4), 2)).toThrow(RangeError);
    expect(() => limitFor(new Float64Array(0))).toThrow(RangeError);
    expect(limitFor(Float64Array.of(3, 1, 2, 4), 0.5)).toBe(2);
  });
});

describe("the first look", () => {
  const varied = Uint8Array.from({ length: 100 }, (_, i) => i * 2);
  const square = { colour: 0, width: 100, height: 100, pixelAspect: 1 };

  it("lets a gray picture of ordinary shape pass", () => {
    expect(refuseAtFirstLook(square, varied)).toEqual([]);
    expect(refuseAtFirstLook({ ...square, colour: 0.02, width: 200 }, varied)).toEqual([]);
  });

  it("names colour, shape and missing content, each with its figure", () => {
    const kinds = (image: Partial<typeof square>, gray = varied) =>
      refuseAtFirstLook({ ...square, ...image }, gray).map(({ kind }) => kind);
    expect(kinds({ colour: 0.2 })).toEqual(["colour"]);
    expect(kinds({ width: 300 })).toEqual(["shape"]);
    expect(kinds({ width: 200, pixelAspect: 0.5 })).toEqual(["shape"]);
    expect(kinds({}, new Uint8Array(100).fill(90))).toEqual(["content"]);
    expect(kinds({ colour: 0.2, width: 300 }, new Uint8Array(100))).toEqual(["colour", "shape", "content"]);
  });
});

describe("reading an output", () => {
  const manifest = exampleManifest();
  const outputs = {
    logits: Float32Array.of(2, -2),
    maps: Float32Array.from({ length: 8 }, (_, i) => i),
    mapSide: 2,
    bias: 0.5,
    descriptors: new Float32Array(256).fill(1, 128),
  };
  const plain = { dicom: null };

  it("gives the map of its own image with the prediction", () => {
    const outcome = readOutput(outputs, 1, manifest, plain);
    if (outcome.status !== "ok") throw new Error("refused");
    expect(outcome.prediction.label).toBe("NORMAL");
    expect([...outcome.prediction.map.values]).toEqual([4, 5, 6, 7]);
    expect(outcome.prediction.map.bias).toBe(0.5);
  });

  it("gives no number at all for an image that is too far away", () => {
    const strict = exampleManifest({ refusal: { ...manifest.refusal, limit: 0.5 } });
    expect(readOutput(outputs, 0, strict, plain).status).toBe("ok");
    const refused = readOutput(outputs, 1, strict, plain);
    expect(refused).toEqual({
      status: "refused",
      reasons: [{ kind: "unlike-training", value: 1, limit: 0.5 }],
      cautions: [],
    });
    expect(readOutput(outputs, 1, strict, plain, { acceptUnlikeTraining: true }).status).toBe("ok");
  });

  it("throws for outputs that are not finite", () => {
    const broken = { ...outputs, descriptors: new Float32Array(256).fill(Number.NaN) };
    expect(() => readOutput(broken, 0, manifest, plain)).toThrow(RangeError);
    expect(() => readOutput({ ...outputs, logits: Float32Array.of(Number.NaN) }, 0, manifest, plain)).toThrow(
      RangeError,
    );
  });
});

describe("cautions", () => {
  const manifest = exampleManifest();
  const said = (facts: Partial<Parameters<typeof cautionsOf>[0] & object>) =>
    cautionsOf({ modality: null, view: null, bodyPart: null, ageYears: null, ...facts }, manifest).map(
      ({ kind }) => kind,
    );

  it("are none where the file fits or says nothing", () => {
    expect(cautionsOf(null, manifest)).toEqual([]);
    expect(said({})).toEqual([]);
    expect(said({ modality: "DX", view: "AP", bodyPart: "CHEST", ageYears: 4 })).toEqual([]);
  });

  it("name what the model was not made for", () => {
    expect(said({ modality: "CT" })).toEqual(["modality"]);
    expect(said({ view: "LL" })).toEqual(["view"]);
    expect(said({ bodyPart: "HAND" })).toEqual(["body-part"]);
    expect(said({ ageYears: 54 })).toEqual(["age"]);
    expect(said({ ageYears: 7 })).toEqual([]);
  });
});
