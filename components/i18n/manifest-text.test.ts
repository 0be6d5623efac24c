import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { manifestTextInFrench } from "@/messages/fr/manifest-texts";
import { frenchTypography } from "./french-typography";

const shipped = "public/models/baseline/manifest.json";

it("has every sentence of the shipped manifest in French", () => {
  const { manifest } = JSON.parse(readFileSync(shipped, "utf8"));
  const { trainingData, threshold } = manifest;
  for (const text of [trainingData.statement, threshold.chosenOn, ...trainingData.limits]) {
    const french = manifestTextInFrench(text);
    expect(french, text).toBeDefined();
    expect(french).toBe(frenchTypography(french ?? ""));
  }
});

it("puts figures where they belong, and leaves what it does not know", () => {
  expect(
    manifestTextInFrench(
      "Trained on 12 images of 5 patients of dataset version sha256:00, starting from the weights of version v1; its manifest describes the data before. Licence, attribution, source and limits are carried over from there.",
    ),
  ).toMatch(/^Entraîné sur 12 images de 5 patients de la version sha256:00 .* de la version v1\u202f; /);
  expect(manifestTextInFrench("Something else.")).toBeUndefined();
});
