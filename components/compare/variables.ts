import type { useTranslations } from "use-intl";
import type { Axis } from "@/components/charts/chart";
import type { ModelComparison } from "@/lib/browser/trpc";

export type CompareWords = ReturnType<typeof useTranslations<"compare">>;
type Model = ModelComparison["models"][number];

/** A parameter or metric of every model, to set against another. */
export interface Variable {
  /** "parameter.learningRate", "metric.auc"; stands in the address. */
  key: string;
  axis: Axis;
  values: (number | string | null)[];
  differs: boolean;
}

/** Everything that the models can be set against each other by, parameters first. */
export function variablesOf({ models, parameters }: ModelComparison, t: CompareWords): Variable[] {
  return [...parameters.map(parameterVariable), ...metricVariables(models, t)];
}

function parameterVariable({ name, values, differs }: ModelComparison["parameters"][number]): Variable {
  const told = values.map((value) => (typeof value === "boolean" ? String(value) : value));
  const numbers = told.filter((value) => typeof value === "number");
  const small = numbers.some((value) => value !== 0 && Math.abs(value) < 0.001);
  return {
    key: `parameter.${name}`,
    axis: {
      name,
      ...(small && { figures: "exponent" as const }),
      // Learning rates and the like are chosen by factors.
      ...(small && numbers.every((value) => value > 0) && { logarithmic: true }),
    },
    values: told,
    differs,
  };
}

function metricVariables(models: readonly Model[], t: CompareWords): Variable[] {
  const index = (name: string, digits = 4): Axis => ({ name, digits });
  const share = (name: string): Axis => ({ name, figures: "share", digits: 1 });
  const called = (of: (figures: NonNullable<Model["called"]>) => number | null) => (model: Model) =>
    model.called ? of(model.called) : null;
  const all: [key: string, axis: Axis, of: (model: Model) => number | null][] = [
    ["auc", index(t("metrics.auc")), ({ rank }) => rank?.auc.value ?? null],
    [
      "averagePrecision",
      index(t("metrics.averagePrecision")),
      ({ rank }) => rank?.averagePrecision.value ?? null,
    ],
    ["sensitivity", share(t("metrics.sensitivity")), called(({ metrics }) => metrics.sensitivity.value)],
    ["specificity", share(t("metrics.specificity")), called(({ metrics }) => metrics.specificity.value)],
    ["accuracy", share(t("metrics.accuracy")), called(({ metrics }) => metrics.accuracy.value)],
    ["precision", share(t("metrics.precision")), called(({ metrics }) => metrics.precision.value)],
    ["f1", index(t("metrics.f1"), 3), called(({ f1 }) => f1.value)],
    ["ece", index(t("metrics.ece"), 3), called(({ ece }) => ece.value)],
    ["brier", index(t("metrics.brier"), 3), called(({ brier }) => brier.value)],
    ["threshold", share(t("metrics.threshold")), called(({ threshold }) => threshold)],
    ["recordedAuc", index(t("metrics.recordedAuc")), ({ recordedAuc }) => recordedAuc],
    ["lowestLoss", index(t("relations.lowestLoss")), ({ training }) => least(training?.validationLoss ?? [])],
    ["highestAuc", index(t("relations.highestAuc")), ({ training }) => most(training?.auc ?? [])],
    ["epochs", { name: t("relations.epochs"), digits: 0 }, ({ training }) => training?.epochs.length ?? null],
    [
      "duration",
      { name: t("relations.duration"), unit: t("relations.minutes"), digits: 1 },
      ({ durationMs }) => (durationMs === null ? null : durationMs / 60_000),
    ],
    [
      "speed",
      { name: t("relations.speed"), unit: t("relations.perSecond"), digits: 1 },
      ({ training }) => training?.imagesPerSecond ?? null,
    ],
  ];
  return all.map(([key, axis, of]) => {
    const values = models.map(of);
    return { key: `metric.${key}`, axis, values, differs: new Set(values).size > 1 };
  });
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** Whether at least two models have a figure, so that it can be an axis. */
export function isNumeric({ values }: Variable): boolean {
  return (
    values.filter((value) => typeof value === "number").length > 1 &&
    values.every((value) => value === null || typeof value === "number")
  );
}

/** What the scatter chart shows where the address does not say: a parameter that differs against the AUC. */
export function defaultAxes(variables: readonly Variable[]): { x: string | null; y: string | null } {
  const numeric = variables.filter(isNumeric);
  const keyed = (key: string) => numeric.find((one) => one.key === key);
  const parameter = numeric.find(
    ({ key, differs }) => key.startsWith("parameter.") && key !== "parameter.seed" && differs,
  );
  const y = keyed("metric.auc") ?? keyed("metric.lowestLoss") ?? keyed("metric.recordedAuc");
  const x = parameter ?? keyed("metric.duration") ?? numeric.find((one) => one !== y);
  return { x: x?.key ?? null, y: y?.key ?? null };
}
