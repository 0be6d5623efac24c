import type { ChartTable, TableCell } from "@/components/charts/chart-table";
import type { ModelComparison } from "@/lib/browser/trpc";
import type { Interval } from "@/lib/metrics/interval";

const metrics = ["accuracy", "sensitivity", "specificity", "precision"] as const;

/** The comparison as a row a model. Columns are named alike in every language: readers of the file rely on them. */
export function comparisonTable({ models, parameters, pairs, set, baseline }: ModelComparison): ChartTable {
  const rows = models.map((model, at): Record<string, TableCell> => {
    const { rank, called } = model;
    const pair = pairs[at];
    return {
      id: model.id,
      kind: model.kind,
      state: model.state,
      preset: model.preset,
      engine: model.engine,
      created_at: model.createdAt,
      duration_ms: model.durationMs,
      dataset: model.datasetDigest,
      compared_on: rank ? set : null,
      images: rank?.images ?? null,
      patients: rank?.patients ?? null,
      ...interval("auc", rank?.auc),
      ...interval("average_precision", rank?.averagePrecision),
      threshold: called?.threshold ?? null,
      temperature: called?.temperature ?? null,
      ...Object.fromEntries(metrics.flatMap((name) => Object.entries(interval(name, called?.metrics[name])))),
      ...interval("f1", called?.f1),
      ...interval("ece", called?.ece),
      ...interval("brier", called?.brier),
      recorded_auc: model.recordedAuc,
      baseline,
      auc_difference: pair?.auc?.value ?? null,
      auc_difference_low: pair?.auc?.low ?? null,
      auc_difference_high: pair?.auc?.high ?? null,
      auc_p: pair?.auc?.p ?? null,
      auc_p_adjusted: pair?.adjustedP.auc ?? null,
      patients_better: pair?.calls?.all.gains ?? null,
      patients_worse: pair?.calls?.all.losses ?? null,
      mcnemar_p: pair?.calls?.all.p ?? null,
      ...Object.fromEntries(parameters.map(({ name, values }) => [`parameter.${name}`, cellOf(values[at])])),
    };
  });
  return tableOf(rows);
}

/** The images that they call differently: digest, label, and a column of probabilities a model. No file name. */
export function disagreementTable({ models, disagreements }: ModelComparison): ChartTable {
  return tableOf(
    disagreements.rows.map(({ imageDigest, label, probabilities }) => ({
      image_digest: imageDigest,
      label,
      ...Object.fromEntries(models.map(({ id }, at) => [`probability.${id}`, probabilities[at] ?? null])),
    })),
  );
}

function interval(name: string, figure: Interval | undefined): Record<string, TableCell> {
  const { value = null, low = null, high = null } = figure ?? {};
  return { [name]: value, [`${name}_low`]: low, [`${name}_high`]: high };
}

function cellOf(value: string | number | boolean | null | undefined): TableCell {
  return typeof value === "boolean" ? String(value) : (value ?? null);
}

function tableOf(rows: readonly Record<string, TableCell>[]): ChartTable {
  const heads = Object.keys(rows[0] ?? {});
  return {
    columns: heads.map((head) => ({ head })),
    rows: rows.map((row) => heads.map((head) => row[head] ?? null)),
  };
}
