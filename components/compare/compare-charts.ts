import type { Axis, Chart, ParallelChart, Point } from "@/components/charts/chart";
import type { Format } from "@/components/ui/format";
import type { ModelComparison } from "@/lib/browser/trpc";
import { type CompareWords, isNumeric, type Variable } from "./variables";

type Model = ModelComparison["models"][number];

/** What the charts need beside the figures: the words, those of a run's charts, and the models' short names. */
export interface ChartWords {
  t: CompareWords;
  run: (key: "epoch" | "aucAxis" | "falsePositives" | "sensitivity" | "chance") => string;
  names: readonly string[];
  format: Format;
}

const share = (name: string): Axis => ({ name, figures: "share", digits: 1, min: 0, max: 1 });

/** Training curves and ROC curves over each other; models keep their looks from chart to chart. */
export function curveCharts({ models }: ModelComparison, { t, run, names, format }: ChartWords): Chart[] {
  const epoch: Axis = { name: run("epoch"), digits: 0 };
  const overlaid = (pointsOf: (model: Model) => Point[]) =>
    models.flatMap((model, hue) => {
      const points = pointsOf(model);
      return points.length > 0 ? [{ name: names[hue] ?? model.id, hue, points }] : [];
    });
  const perEpoch =
    (list: "validationLoss" | "auc") =>
    ({ training }: Model) =>
      training?.epochs.map((x, at) => ({ x, y: training[list][at] ?? null })) ?? [];
  return [
    {
      kind: "xy",
      title: t("curves.validationLoss"),
      x: epoch,
      y: { name: t("curves.loss"), digits: 4 },
      series: overlaid(perEpoch("validationLoss")),
    },
    {
      kind: "xy",
      title: t("curves.validationAuc"),
      x: epoch,
      y: { name: run("aucAxis"), digits: 4, max: 1 },
      series: overlaid(perEpoch("auc")),
    },
    {
      kind: "xy",
      title: t("curves.roc"),
      summary: rocSummary(models, names, { t, format }),
      x: share(run("falsePositives")),
      y: share(run("sensitivity")),
      series: overlaid(({ rank }) => rank?.roc.map(([x, y]) => ({ x, y })) ?? []),
      references: [{ name: run("chance"), from: [0, 0], to: [1, 1] }],
    },
    {
      kind: "intervals",
      title: t("curves.aucs"),
      x: { name: run("aucAxis"), digits: 4, max: 1 },
      rows: models.flatMap(({ id, rank }, hue) =>
        rank ? [{ name: names[hue] ?? id, ...rank.auc, hue }] : [],
      ),
    },
  ];
}

const told = 6;

/** The area under each curve: where a curve begins and ends is the same for all. */
function rocSummary(
  models: readonly Model[],
  names: readonly string[],
  { t, format }: Pick<ChartWords, "t" | "format">,
): string {
  return models
    .flatMap(({ id, rank }, at) =>
      rank ? [t("curves.rocSummary", { name: names[at] ?? id, auc: format.index(rank.auc) })] : [],
    )
    .slice(0, told)
    .join(" ");
}

/** The differences of AUC to the baseline with their intervals. */
export function forestChart({ models, pairs }: ModelComparison, { t, names }: ChartWords): Chart {
  return {
    kind: "intervals",
    title: t("paired.forest"),
    x: { name: t("paired.forestAxis"), digits: 4 },
    rows: pairs.flatMap((pair, hue) => {
      const name = names[hue] ?? models[hue]?.id ?? "";
      return pair?.auc ? [{ name, value: pair.auc.value, low: pair.auc.low, high: pair.auc.high, hue }] : [];
    }),
    marks: [{ name: t("paired.zero"), x: 0 }],
  };
}

/** One variable against another, a point a model. */
export function scatterChart(x: Variable, y: Variable, { t, names }: ChartWords): Chart {
  const points = names.flatMap((name, hue) => {
    const [at, of] = [x.values[hue], y.values[hue]];
    return typeof at === "number" && typeof of === "number"
      ? [{ name, hue, look: "points" as const, points: [{ x: at, y: of, name }] }]
      : [];
  });
  return {
    kind: "xy",
    title: t("relations.scatter", { x: x.axis.name, y: y.axis.name }),
    x: x.axis,
    y: y.axis,
    series: points,
  };
}

const mostAxes = 8;
const mostParameters = 5;
const mostChoices = 8;
const metricAxes = ["metric.auc", "metric.sensitivity", "metric.specificity", "metric.lowestLoss"];

/** The parameters that differ, then how the models did. */
export function parallelChart(variables: readonly Variable[], { t, names }: ChartWords): ParallelChart {
  const parameters = variables.filter(
    (one) =>
      one.key.startsWith("parameter.") &&
      one.key !== "parameter.seed" &&
      one.differs &&
      (isNumeric(one) || choicesOf(one) !== null),
  );
  const metrics = variables.filter((one) => metricAxes.includes(one.key) && isNumeric(one));
  const chosen = [...parameters.slice(0, mostParameters), ...metrics].slice(0, mostAxes);
  return {
    kind: "parallel",
    title: t("relations.parallel"),
    axes: chosen.map((one) => {
      const choices = isNumeric(one) ? null : choicesOf(one);
      return { ...one.axis, ...(choices && { choices }) };
    }),
    lines:
      chosen.length > 1
        ? names.map((name, hue) => ({ name, hue, values: chosen.map((one) => choiceOrFigure(one, hue)) }))
        : [],
  };
}

function choiceOrFigure(variable: Variable, at: number): number | string | null {
  const value = variable.values[at] ?? null;
  return value === null || isNumeric(variable) ? value : String(value);
}

/** The words that a variable takes; null where there are too many for an axis. */
function choicesOf({ values }: Variable): string[] | null {
  const words = [...new Set(values.flatMap((value) => (value === null ? [] : [String(value)])))];
  return words.length > 1 && words.length <= mostChoices ? words : null;
}
