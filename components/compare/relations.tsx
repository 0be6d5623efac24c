import { useId, useMemo } from "react";
import { useTranslations } from "use-intl";
import { ChartFigure } from "@/components/charts/chart-figure";
import { type ChartWords, parallelChart, scatterChart } from "./compare-charts";
import { useCompared } from "./compared";
import { defaultAxes, isNumeric, type Variable, variablesOf } from "./variables";

interface RelationsProps {
  /** What the address says; null where it does not. */
  x: string | null;
  y: string | null;
  words: ChartWords;
  onChange(axes: { x?: string; y?: string }): void;
}

/** Any parameter or metric against any other, and parallel coordinates. */
export function Relations({ x, y, words, onChange }: RelationsProps) {
  const t = useTranslations("compare.relations");
  const { comparison } = useCompared();
  const variables = useMemo(() => variablesOf(comparison, words.t), [comparison, words.t]);
  const numeric = variables.filter(isNumeric);
  const usual = defaultAxes(variables);
  const find = (key: string | null, other: string | null) =>
    numeric.find((one) => one.key === key) ?? numeric.find((one) => one.key === other);
  const [across, up] = [find(x, usual.x), find(y, usual.y)];
  const scatter = useMemo(() => across && up && scatterChart(across, up, words), [across, up, words]);
  const parallel = useMemo(() => parallelChart(variables, words), [variables, words]);
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className="flex max-w-[44rem] flex-wrap gap-3">
        <AxisSelect
          label={t("x")}
          value={across?.key}
          variables={numeric}
          onChange={(key) => onChange({ x: key })}
        />
        <AxisSelect
          label={t("y")}
          value={up?.key}
          variables={numeric}
          onChange={(key) => onChange({ y: key })}
        />
      </div>
      {scatter && <ChartFigure chart={scatter} empty={t("tooFew")} />}
      <ChartFigure chart={parallel} empty={t("tooFew")} />
    </div>
  );
}

interface AxisSelectProps {
  label: string;
  value: string | undefined;
  variables: readonly Variable[];
  onChange(key: string): void;
}

function AxisSelect({ label, value, variables, onChange }: AxisSelectProps) {
  const t = useTranslations("compare.relations");
  const id = useId();
  const options = (group: "parameter" | "metric") =>
    variables
      .filter(({ key }) => key.startsWith(`${group}.`))
      .map(({ key, axis }) => (
        <option key={key} value={key}>
          {axis.name}
        </option>
      ));
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1">
      <label htmlFor={id} className="text-small text-ink-2">
        {label}
      </label>
      <select
        id={id}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-9 w-full min-w-0 rounded-control border border-line-strong bg-ground px-2"
      >
        <optgroup label={t("metricsGroup")}>{options("metric")}</optgroup>
        <optgroup label={t("parametersGroup")}>{options("parameter")}</optgroup>
      </select>
    </div>
  );
}
