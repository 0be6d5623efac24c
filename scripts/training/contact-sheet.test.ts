import sharp from "sharp";
import { expect, it } from "vitest";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { trainingConfig } from "@/lib/training/training-config";
import { augmentedImage } from "@/trainer/data/micro-batch";
import { cellLeft, cellTop, contactSheet, mixedClasses } from "./contact-sheet";

const side = 32;
const config = trainingConfig("daily", ["imageSize=32"]);

it("shows what the epochs train on, pixel by pixel, beside its name", async () => {
  const gray = Uint8Array.from(
    drawSyntheticRadiograph({ width: side, height: side, seed: 1, pneumonia: true }).data,
  );
  const draws = [1, 2].map((epoch) => augmentedImage(gray, "7", epoch, config));
  const rows = [
    { name: "a <1>\nNORMAL", cells: [gray, ...draws] },
    { name: "b", cells: [gray, ...draws].reverse() },
  ];
  const png = await contactSheet(["as it is", "epoch 1", "epoch 2"], rows, side);
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  for (const [row, { cells }] of rows.entries()) {
    for (const [column, cell] of cells.entries()) {
      const shown = Array.from(cell, (_, i) => {
        const x = cellLeft(column, side) + (i % side);
        return data[(cellTop(row, side) + Math.floor(i / side)) * info.width + x] as number;
      });
      const expected = Uint8ClampedArray.from(cell);
      const largest = Math.max(...shown.map((value, i) => Math.abs(value - (expected[i] as number))));
      expect(largest).toBeLessThanOrEqual(1);
    }
  }
  expect(draws[0]).not.toEqual(draws[1]);
  const inkOfName = Array.from(
    { length: 140 },
    (_, x) => data[(cellTop(0, side) + side / 2 - 3) * info.width + x] ?? 255,
  );
  expect(Math.min(...inkOfName)).toBeLessThan(128);
});

it("takes both classes by turns, as many as there are, the same for the same seed", () => {
  const cases = ([1, 1, 1, 1, 0, 0] as const).map((label) => ({ label }));
  const chosen = mixedClasses(cases, 4, 1);
  expect(chosen.map((index) => cases[index]?.label)).toEqual([0, 1, 0, 1]);
  expect(mixedClasses(cases, 4, 1)).toEqual(chosen);
  expect(mixedClasses(cases, 10, 1).sort()).toEqual([0, 1, 2, 3, 4, 5]);
});
