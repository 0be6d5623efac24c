import { expect, it } from "vitest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { performanceSentence, verdictSentence } from "./verdict-sentence";

const undefinedFigure = { value: null, low: null, high: null };
const manifest = exampleManifest();
manifest.metrics.sensitivity = { value: 0.96, low: 0.94, high: 0.98 };
manifest.metrics.specificity = { value: 0.9, low: 0.87, high: 0.93 };
const plain = (text: string | undefined) => text?.replace(/\u2060/g, "").replace(/[\u202f\u00a0]/g, " ");

it("tells the side of the threshold and both rates", () => {
  expect(plain(verdictSentence({ label: "PNEUMONIA", threshold: 0.38 }, manifest))).toBe(
    "At or above the threshold of 38 %. At this threshold the model finds 96 % [94–98] of pneumonias and calls 90 % [87–93] of normal images normal.",
  );
  expect(plain(verdictSentence({ label: "NORMAL", threshold: 0.38 }, manifest))).toMatch(
    /^Below the threshold of 38 %\./,
  );
});

it("says nothing of rates that were not measured", () => {
  const metrics = { ...manifest.metrics, sensitivity: undefinedFigure };
  expect(plain(verdictSentence({ label: "NORMAL", threshold: 0.38 }, { metrics }))).toBe(
    "Below the threshold of 38 %.",
  );
  expect(performanceSentence({ ...manifest, metrics })).toBeUndefined();
});
