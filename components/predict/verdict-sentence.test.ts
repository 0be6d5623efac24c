import { createTranslator } from "use-intl/core";
import { expect, it } from "vitest";
import { formatOf } from "@/components/ui/format";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import en from "@/messages/en";
import fr from "@/messages/fr";
import { performanceSentence, verdictSentences } from "./verdict-sentence";

const undefinedFigure = { value: null, low: null, high: null };
const manifest = exampleManifest();
manifest.metrics.sensitivity = { value: 0.96, low: 0.94, high: 0.98 };
manifest.metrics.specificity = { value: 0.9, low: 0.87, high: 0.93 };
const band = {
  low: 0.31,
  high: 0.58,
  heldOut: {
    errorsInside: { value: 0.25, low: 0.18, high: 0.33 },
    errorsBelow: { value: 0.004, low: 0.001, high: 0.012 },
    errorsAbove: { value: 0.02, low: 0.01, high: 0.04 },
  },
};

const english = createTranslator({ locale: "en", messages: en, namespace: "predict.verdict" });
const french = createTranslator({ locale: "fr", messages: fr, namespace: "predict.verdict" });
const plain = (text: string | null) => text?.replace(/\u2060/g, "").replace(/[\u202f\u00a0]/g, " ");
const sentences = (label: "NORMAL" | "PNEUMONIA", uncertain: boolean) =>
  verdictSentences({ label, threshold: 0.38, uncertain }, manifest, band, english, formatOf("en")).map(plain);

it("tells the side of the threshold, the errors on that side, and both rates", () => {
  expect(sentences("PNEUMONIA", false)).toEqual([
    "At or above the threshold of 38 %.",
    "Of held-out images above the uncertain band, 2.0 % [1.0–4.0] were normal.",
    "At this threshold the model finds 96 % [94–98] of pneumonias and calls 90 % [87–93] of normal images normal.",
  ]);
  expect(sentences("NORMAL", false)[1]).toBe(
    "Of held-out images below the uncertain band, 0.4 % [0.1–1.2] were pneumonia.",
  );
});

it("tells how often the model is wrong in its uncertain band, in both languages", () => {
  expect(sentences("NORMAL", true)[1]).toBe(
    "Between 31 % and 58 % the model’s call is wrong in 25 % [18–33] of held-out images.",
  );
  const inFrench = verdictSentences(
    { label: "NORMAL", threshold: 0.385, uncertain: true },
    manifest,
    band,
    french,
    formatOf("fr"),
  );
  expect(plain(inFrench[1] ?? null)).toBe(
    "Entre 31 % et 58 %, la réponse du modèle est fausse pour 25 % [18–33] des images de test.",
  );
});

it("says nothing of rates that were not measured", () => {
  const metrics = { ...manifest.metrics, sensitivity: undefinedFigure };
  const unmeasured = { ...band, heldOut: { ...band.heldOut, errorsBelow: undefinedFigure } };
  const said = verdictSentences(
    { label: "NORMAL", threshold: 0.38, uncertain: false },
    { metrics },
    unmeasured,
    english,
    formatOf("en"),
  );
  expect(said.map(plain)).toEqual(["Below the threshold of 38 %."]);
  expect(performanceSentence({ ...manifest, metrics }, english, formatOf("en"))).toBeNull();
  expect(plain(performanceSentence(manifest, english, formatOf("en")))).toMatch(/^On \d+ patients whom/);
});
