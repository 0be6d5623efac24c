import type { Axis, Chart } from "@/components/charts/chart";
import type { Format } from "@/components/ui/format";
import type { CalledFigures, RankCurves } from "@/lib/comparison/model-figures";
import type { RunChartsWords } from "./training-charts";

interface Words {
  t: RunChartsWords;
  format: Format;
}

const share = (name: string): Axis => ({ name, figures: "share", digits: 1, min: 0, max: 1 });
const places = (points: readonly (readonly [number, number])[]) => points.map(([x, y]) => ({ x, y }));

/** ROC, precision and recall, and, where the threshold is known, reliability and the distribution of probabilities. */
export function heldOutCharts(rank: RankCurves, called: CalledFigures | null, words: Words): Chart[] {
  return [
    rocChart(rank, called, words),
    precisionRecallChart(rank, called, words),
    ...(called ? [reliabilityChart(called, words), distributionChart(called, words)] : []),
  ];
}

function rocChart(
  { roc, auc, ...of }: RankCurves,
  called: CalledFigures | null,
  { t, format }: Words,
): Chart {
  const { sensitivity, specificity } = called?.metrics ?? {};
  const summary = t("rocSummary", {
    auc: format.index(auc),
    images: format.number(of.images),
    patients: format.number(of.patients),
    positives: format.number(of.positives),
  });
  const atThreshold =
    called && sensitivity && specificity
      ? t("rocAtThreshold", {
          threshold: format.percent(called.threshold, 1),
          sensitivity: format.interval(sensitivity, 1),
          specificity: format.interval(specificity, 1),
        })
      : "";
  return {
    kind: "xy",
    title: t("roc"),
    summary: `${summary} ${atThreshold}`.trim(),
    x: share(t("falsePositives")),
    y: share(t("sensitivity")),
    series: [
      { name: t("model"), points: places(roc) },
      ...mark(called, specificity?.value == null ? null : 1 - specificity.value, sensitivity?.value, {
        t,
        format,
      }),
    ],
    references: [{ name: t("chance"), from: [0, 0], to: [1, 1] }],
  };
}

/** The model at its threshold, as a point of its own. */
function mark(
  called: CalledFigures | null,
  x: number | null | undefined,
  y: number | null | undefined,
  { t, format }: Words,
) {
  if (!called || x == null || y == null) return [];
  const name = t("atThreshold", { threshold: format.percent(called.threshold, 1) });
  return [{ name, look: "points" as const, hue: 1, points: [{ x, y }] }];
}

function precisionRecallChart(rank: RankCurves, called: CalledFigures | null, { t, format }: Words): Chart {
  const { precisionRecall, averagePrecision, images, positives } = rank;
  const prevalence = images > 0 ? positives / images : 0;
  const { sensitivity, precision } = called?.metrics ?? {};
  return {
    kind: "xy",
    title: t("precisionRecall"),
    summary: t("precisionRecallSummary", {
      value: format.index(averagePrecision),
      share: format.percent(prevalence, 1),
    }),
    x: share(t("recall")),
    y: share(t("precision")),
    series: [
      { name: t("model"), points: places(precisionRecall) },
      ...mark(called, sensitivity?.value, precision?.value, { t, format }),
    ],
    references: [{ name: t("prevalence"), from: [0, prevalence], to: [1, prevalence] }],
  };
}

function reliabilityChart({ reliability, ece, brier }: CalledFigures, { t, format }: Words): Chart {
  return {
    kind: "xy",
    title: t("reliability"),
    summary: t("reliabilitySummary", { ece: format.index(ece), brier: format.index(brier) }),
    x: share(t("meanProbability")),
    y: share(t("prevalence")),
    series: [
      {
        name: t("model"),
        look: "points",
        points: reliability.flatMap(({ meanProbability, positives: { value, low, high } }) =>
          meanProbability === null ? [] : [{ x: meanProbability, y: value, low, high }],
        ),
      },
    ],
    references: [{ name: t("perfect"), from: [0, 0], to: [1, 1] }],
  };
}

function distributionChart({ histogram, threshold }: CalledFigures, { t }: Words): Chart {
  return {
    kind: "histogram",
    title: t("distribution"),
    x: share(t("probability")),
    y: { name: t("images") },
    bins: { low: 0, width: 1 / Math.max(1, histogram.normal.length) },
    series: [
      { name: t("normal"), counts: histogram.normal },
      { name: t("pneumonia"), counts: histogram.pneumonia },
    ],
    marks: [{ name: t("threshold"), x: threshold }],
  };
}
