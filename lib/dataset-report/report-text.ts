import { splitSchema } from "@/lib/training/job";
import type { ReportComparison } from "./comparison";
import type { Drift } from "./drift";
import { type MeasureName, measureNames } from "./image-measures";
import type { DatasetReport } from "./report";
import type { VersionChange } from "./version-change";

/** What each measure is, in words. */
export const measureWords: Record<MeasureName, string> = {
  mean: "mean level",
  std: "standard deviation of levels",
  p1: "1st percentile of levels",
  p5: "5th percentile of levels",
  p50: "median level",
  p95: "95th percentile of levels",
  p99: "99th percentile of levels",
  detail: "fine detail",
  rows: "rows of the file",
  columns: "columns of the file",
};

/** A report for a terminal. */
export function reportText(report: DatasetReport): string {
  const { duplicates, counts, change } = report;
  return [
    `${report.datasetDigest}: ${report.state}`,
    "",
    ...problemLines(report),
    table([
      ["", "images", "patients", "NORMAL", "PNEUMONIA", "bacteria", "virus"],
      ...(["all", ...splitSchema.options] as const).map((part) => {
        const of = part === "all" ? counts : report.splits[part];
        const { images, patients, normal, pneumonia, subgroups } = of;
        return [part, images, patients, normal, pneumonia, subgroups.bacteria, subgroups.virus].map(String);
      }),
    ]),
    "",
    `${duplicates.comparedPairs} pairs of images compared: ${duplicates.identical.length} groups of identical files, ` +
      `${duplicates.near.length} pairs of near duplicates, ${duplicates.lookalikes.pairs} pairs that look alike.`,
    `${report.undecodable.length} files do not decode.`,
    "",
    table([
      ["", "1 %", "median", "99 %"],
      ...measureNames.map((name) => {
        const { quantiles } = report.distributions[name];
        return [measureWords[name], ...[1, 4, 7].map((at) => (quantiles[at] ?? 0).toFixed(1))];
      }),
    ]),
    ...(change ? ["", `against ${report.previousDigest}:`, ...changeLines(change)] : []),
  ].join("\n");
}

/** A comparison for a terminal. */
export function comparisonText(comparison: ReportComparison): string {
  const { before, after, figures, newProblems, solvedProblems } = comparison;
  const section = (title: string, lines: string[]) => (lines.length > 0 ? [title, ...lines, ""] : []);
  return [
    `${before.digest} (${before.state}) to ${after.digest} (${after.state})`,
    "",
    ...changeLines(comparison.change),
    "",
    ...section(
      "figures that differ:",
      figures.map((figure) => `  ${figure.name}: ${figure.before} to ${figure.after}`),
    ),
    ...section(
      "new problems:",
      newProblems.map(({ level, rule, message }) => `  ${level} ${rule}: ${message}`),
    ),
    ...section(
      "solved problems:",
      solvedProblems.map(({ level, rule, message }) => `  ${level} ${rule}: ${message}`),
    ),
  ]
    .join("\n")
    .trimEnd();
}

function problemLines({ problems }: DatasetReport): string[] {
  if (problems.length === 0) return ["No problems.", ""];
  return [...problems.map(({ level, rule, message }) => `${level} ${rule}: ${message}`), ""];
}

function changeLines(change: VersionChange): string[] {
  return [
    `${change.addedImages} images of ${change.addedPatients} new patients added, ${change.removedImages} images removed, ` +
      `${change.relabelled.length} relabelled, ${change.movedPatients.length} patients on another side`,
    `share of PNEUMONIA: ${percent(change.pneumoniaShare.before)} to ${percent(change.pneumoniaShare.after)}`,
    table([
      ["drift (PSI)", "all images", "", "added images", "", "median"],
      ...measureNames.map((name) => {
        const all = change.drift[name];
        const added = change.driftOfAdded?.[name];
        const median = `${all.medianBefore} to ${all.medianAfter}`;
        return [measureWords[name], ...driftCells(all), ...driftCells(added), median];
      }),
    ]),
  ];
}

function driftCells(drift: Drift | undefined): string[] {
  return drift ? [drift.psi.toFixed(3), drift.level] : ["–", ""];
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
