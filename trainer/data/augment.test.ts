import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "@/lib/random";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { forTheShift, mild } from "@/lib/training/presets/augmentations";
import { toModelGray } from "@/lib/xray/model-gray";
import { augment } from "./augment";
import { warp } from "./image-operations";
import { perturbations, perturbImages } from "./perturb";

const size = 48;
const gray = toModelGray(
  drawSyntheticRadiograph({ width: 120, height: 100, seed: 4, pneumonia: true }),
  size,
);
const still = {
  ...mild,
  flip: false,
  rotationDegrees: 0,
  translation: 0,
  brightness: 0,
  contrast: 0,
  gamma: 0,
};

describe("augment", () => {
  it("depends on the seed alone, and differs between seeds", () => {
    const view = (seed: number) => augment(gray, size, forTheShift, createRandom(seed));
    expect(view(7)).toEqual(view(7));
    expect(view(7)).not.toEqual(view(8));
  });

  it("stays within 0 to 255 and finite, whatever the seed", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const view = augment(gray, size, forTheShift, createRandom(seed));
        expect(view.every((level) => level >= 0 && level <= 255)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("leaves an image as it is when every magnitude is zero", () => {
    const view = augment(gray, size, still, createRandom(1));
    const largest = view.reduce((top, level, i) => Math.max(top, Math.abs(level - (gray[i] as number))), 0);
    expect(largest).toBeLessThan(0.01);
  });

  it("leaves the input untouched", () => {
    const before = gray.slice();
    augment(gray, size, forTheShift, createRandom(3));
    expect(gray).toEqual(before);
  });
});

describe("warp", () => {
  it("mirrors exactly, and twice is nothing", () => {
    const once = warp(gray, size, { mirror: true });
    expect(once[0]).toBeCloseTo(gray[size - 1] as number, 4);
    const twice = warp(once, size, { mirror: true });
    expect(twice.every((level, i) => Math.abs(level - (gray[i] as number)) < 1e-3)).toBe(true);
  });

  it("moves the picture right and down by whole pixels", () => {
    const moved = warp(gray, size, { shiftX: 3, shiftY: 2 });
    expect(moved[10 * size + 10]).toBeCloseTo(gray[8 * size + 7] as number, 3);
    expect(moved[0]).toBe(0);
  });
});

describe("perturbations", () => {
  const images = { gray: new Uint8Array([...gray, ...gray]), labels: Uint8Array.of(0, 1) };

  it("repeat exactly, and each but the first changes the image", () => {
    for (const perturbation of perturbations) {
      const once = perturbImages(images, size, perturbation);
      expect(perturbImages(images, size, perturbation)).toEqual(once);
      const changed = once.some((level, i) => level !== images.gray[i]);
      expect(changed, perturbation.name).toBe(perturbation.name !== "as published");
    }
  });

  it("probes treat the classes differently", () => {
    for (const probe of perturbations.filter(({ name }) => name.startsWith("probe"))) {
      const result = perturbImages(images, size, probe);
      expect(result.slice(0, gray.length)).not.toEqual(result.slice(gray.length));
    }
  });
});
