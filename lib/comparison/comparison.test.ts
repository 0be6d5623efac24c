import { expect, it } from "vitest";
import { evaluateReadings } from "@/lib/evaluation/evaluate-readings";
import { delong } from "@/lib/metrics/delong";
import { holm } from "@/lib/metrics/holm";
import { changedPatients } from "@/lib/promotion/compare";
import { probabilities } from "@/lib/promotion/contender";
import { createRandom } from "@/lib/random";
import type { CasePrediction } from "@/lib/training/job";
import { standings } from "./best-models";
import { disagreements } from "./disagreements";
import { calledFigures, rankFigures, type ScoredModel } from "./model-figures";
import { pairing, pairModels } from "./pair-models";
import { parameterRows } from "./parameters";
import { type Place, thinCurve } from "./thin-curve";

/** Logits of `count` images, one a patient, the higher the skill the further apart by label. */
function scored(
  skill: number,
  { count = 200, seed = 1 } = {},
): ScoredModel & { predictions: CasePrediction[] } {
  const random = createRandom(seed);
  return {
    temperature: 1,
    threshold: 0.5,
    predictions: Array.from({ length: count }, (_, at) => {
      const label = at % 2 === 0 ? 1 : 0;
      const noise = random.next() * 4 - 2;
      return {
        caseId: `case ${at}`,
        patientId: `patient ${at}`,
        split: "test",
        label,
        logit: (label === 1 ? skill : -skill) + noise,
      };
    }),
  };
}

it("thins a curve to evenly placed points and keeps its ends", () => {
  const circle = Array.from({ length: 5000 }, (_, at): Place => {
    const angle = (at / 4999) * (Math.PI / 2);
    return [1 - Math.cos(angle), Math.sin(angle)];
  });
  const thin = thinCurve(circle, 200);
  expect(thin.length).toBeGreaterThan(190);
  expect(thin.length).toBeLessThanOrEqual(200);
  expect([thin[0], thin.at(-1)]).toEqual([circle[0], circle.at(-1)]);
  const gaps = thin
    .slice(1)
    .map(([x, y], at) => Math.abs(x - (thin[at]?.[0] ?? 0)) + Math.abs(y - (thin[at]?.[1] ?? 0)));
  expect(Math.max(...gaps)).toBeLessThan(0.021);
  expect(thinCurve(circle.slice(0, 5), 200)).toEqual(circle.slice(0, 5));
});

it("keeps the ends of a curve that jumps", () => {
  const steps: Place[] = [[0, 0], ...Array.from({ length: 500 }, (): Place => [0, 1]), [1, 1]];
  const thin = thinCurve(steps, 10);
  expect(thin.length).toBeLessThanOrEqual(10);
  expect([thin[0], thin.at(-1)]).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

it("figures what a model does with and without its threshold", () => {
  const model = scored(1);
  const rank = rankFigures(model, 100);
  expect(rank).toMatchObject({ images: 200, patients: 200, positives: 100 });
  expect(rank.auc.value).toBeGreaterThan(0.8);
  expect(rank.roc.length).toBeLessThanOrEqual(100);
  const called = calledFigures(model);
  const { truePositives = 0, falseNegatives = 0 } = called?.confusion ?? {};
  expect(truePositives + falseNegatives).toBe(100);
  expect(called?.metrics.sensitivity.value).toBeCloseTo(truePositives / 100, 12);
  expect(called?.histogram.pneumonia.reduce((a, b) => a + b)).toBe(100);
  expect(calledFigures({ ...model, threshold: null })).toBeNull();
});

it("takes the intervals of an evaluation on record where its figures are the same", () => {
  const model = scored(1);
  const plain = calledFigures(model);
  const ap = rankFigures(model, 10).averagePrecision;
  expect([plain?.f1, plain?.ece, plain?.brier, ap]).toMatchObject(Array(4).fill({ low: null, high: null }));
  const { all } = evaluateReadings({
    model: { version: null, weightsDigest: `sha256:${"0".repeat(64)}`, temperature: 1, threshold: 0.5 },
    set: { name: "test", digest: `sha256:${"1".repeat(64)}`, unreadable: 0 },
    engine: "wasm",
    readings: model.predictions,
    bootstrapResamples: 40,
  });
  const told = calledFigures({ ...model, recorded: all });
  const { f1, ece, brier, accuracy, sensitivity, specificity, precision } = all;
  expect(told).toMatchObject({ f1, ece, brier, metrics: { accuracy, sensitivity, specificity, precision } });
  expect(rankFigures({ ...model, recorded: all }, 10).averagePrecision).toEqual(all.averagePrecision);
  expect(f1.low).toBeLessThan(plain?.f1.value ?? 0);
  expect(f1.high).toBeGreaterThan(plain?.f1.value ?? 1);
  // Of other predictions: nothing of it is shown.
  const other = scored(0.5, { seed: 9 });
  expect(calledFigures({ ...other, recorded: all })).toEqual(calledFigures(other));
});

it("pairs two models on the images of both, and counts what is left", () => {
  const [weak, strong] = [scored(0.3), scored(2, { seed: 2 })];
  const pair = pairModels(weak, strong);
  expect(pair).toMatchObject({ images: 200, patients: 200, left: 0 });
  expect(pair?.auc?.value).toBeGreaterThan(0.2);
  expect(pair?.auc?.p).toBeLessThan(0.001);
  expect(pair?.calls?.all.gains).toBeGreaterThan(pair?.calls?.all.losses ?? 0);
  expect(pairModels(strong, weak)?.auc?.value).toBeCloseTo(-(pair?.auc?.value ?? 0), 12);

  const fewer = { ...strong, predictions: strong.predictions.slice(10) };
  expect(pairModels(weak, fewer)).toMatchObject({ images: 190, left: 10 });
  const relabelled = strong.predictions.map((item) => ({ ...item, patientId: "another" }));
  expect(pairModels(weak, { ...strong, predictions: relabelled })).toBeNull();
  expect(pairModels(weak, weak)).toMatchObject({
    auc: { value: 0, p: 1 },
    calls: { all: { gains: 0, losses: 0, p: 1 } },
  });
  const perfect = {
    ...strong,
    predictions: strong.predictions.map((item) => ({ ...item, logit: item.label })),
  };
  const tied = { ...strong, predictions: strong.predictions.map((item) => ({ ...item, logit: 1 })) };
  expect(pairModels(tied, perfect)?.auc).toEqual({ value: 0.5, low: null, high: null, p: null });
});

it("pairs many models as it would pair each two alone, and as DeLong's and the loop's own counts do", () => {
  const random = createRandom(7);
  const images = Array.from({ length: 90 }, (_, at) => ({
    caseId: `case ${at}`,
    patientId: `patient ${random.int(30)}`,
    split: "test" as const,
    label: random.int(2) as 0 | 1,
  }));
  // Scores with ties; the third model was not scored on some images, the fourth gave no number for one.
  const models = [0.5, 1, 1.5, 1, 2].map((skill, model): ScoredModel => {
    const predictions = images
      .filter((_, at) => model !== 2 || at % 9 > 0)
      .map((item, at) => ({
        ...item,
        logit:
          model === 3 && at === 4 ? Number.NaN : Math.round(2 * (skill * item.label + random.normal())) / 2,
      }));
    return { predictions, temperature: 1 + model / 4, threshold: model === 4 ? null : 0.5 + model / 20 };
  });
  const pair = pairing([...models, null]);
  for (const [a, first] of models.entries()) {
    expect(pair(a, models.length)).toBeNull();
    for (const [b, second] of models.entries()) {
      const found = pair(a, b);
      expect(found).toEqual(pairModels(first, second));
      const others = new Map(second.predictions.map((item) => [item.caseId, item]));
      const both = first.predictions.flatMap((item) => {
        const other = others.get(item.caseId);
        return other && Number.isFinite(item.logit) && Number.isFinite(other.logit)
          ? [[item, other] as const]
          : [];
      });
      expect(found).toMatchObject({
        images: both.length,
        patients: new Set(both.map(([item]) => item.patientId)).size,
        left: first.predictions.length + second.predictions.length - 2 * both.length,
      });
      const { difference } = delong({
        labels: both.map(([item]) => item.label),
        a: both.map(([, item]) => item.logit),
        b: both.map(([item]) => item.logit),
        patients: both.map(([item]) => item.patientId),
      });
      expect(found?.auc).toEqual({
        value: difference?.value,
        low: difference?.low,
        high: difference?.high,
        p: difference?.p,
      });
      if (first.threshold === null || second.threshold === null) {
        expect(found?.calls).toBeNull();
        continue;
      }
      const read = (model: ScoredModel, side: 0 | 1) =>
        probabilities({
          predictions: both.map((two) => two[side]),
          temperature: model.temperature ?? 1,
          threshold: 0,
        });
      for (const [name, label] of [["all"], ["sensitivity", 1], ["specificity", 0]] as const) {
        const wanted = (item: { label: number }) => label === undefined || item.label === label;
        expect(found?.calls?.[name]).toMatchObject(
          changedPatients(
            read(first, 0).filter(wanted),
            first.threshold,
            read(second, 1).filter(wanted),
            second.threshold,
          ),
        );
      }
    }
  }
});

it("tells the best from those that are behind, and not from those that may be as good", () => {
  const models = [scored(1.2), scored(1.19, { seed: 3 }), scored(0.2, { seed: 4 }), null];
  const values = models.map((model) => model && rankFigures(model, 10).auc.value);
  const pair = (a: number, b: number) => {
    const [first, second] = [models[a], models[b]];
    return first && second ? pairModels(first, second) : null;
  };
  const found = standings("auc", values, pair);
  expect(found.slice(0, 2).sort()).toEqual(["best", "close"]);
  expect(found.slice(2)).toEqual(["behind", null]);
  expect(standings("auc", [0.9], () => null)).toEqual([null]);
});

it("adjusts p values as Holm does", () => {
  // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
  expect(holm([0.01, null, 0.04, 0.03, 0.005])).toEqual([0.03, null, 0.06, 0.06, 0.02]);
});

it("lists parameters, those that differ marked", () => {
  const rows = parameterRows([
    { seed: 1, views: ["identity"], augmentation: { flip: true } },
    null,
    { seed: 2, views: ["identity"], augmentation: { flip: true, noise: 3 } },
  ]);
  expect(rows).toEqual([
    { name: "seed", values: [1, null, 2], differs: true },
    { name: "views", values: ["identity", null, "identity"], differs: false },
    { name: "augmentation.flip", values: [true, null, true], differs: false },
    { name: "augmentation.noise", values: [null, null, 3], differs: true },
  ]);
});

it("finds the images that models call differently, each at its own threshold, widest first", () => {
  const [first, second] = [scored(1, { count: 4 }), scored(1, { count: 4 })];
  const logits = (model: typeof first, values: number[]) => ({
    ...model,
    predictions: model.predictions.map((item, at) => ({ ...item, logit: values[at] ?? 0 })),
  });
  const found = disagreements([
    logits(first, [2, -2, 0.1, -1]),
    logits(second, [1, 3, -0.1, -1]),
    { predictions: [], temperature: null, threshold: null },
  ]);
  expect(found.map(({ caseId, calls }) => [caseId, calls])).toEqual([
    ["case 1", [0, 1, null]],
    ["case 2", [1, 0, null]],
  ]);
  expect(found[0]?.probabilities[2]).toBeNull();
});
