import type { Digest } from "@/lib/artifacts/store";
import type { DatasetListing } from "@/lib/dataset/listing";
import type { ImageMeasures } from "./image-measures";
import type { Problem } from "./problems";
import type { DatasetReport } from "./report";
import { describeChange, type VersionChange } from "./version-change";

export interface ComparedVersion {
  listing: DatasetListing;
  report: DatasetReport;
}

/** What is different between two versions and between their reports. */
export interface ReportComparison {
  before: { digest: Digest; state: DatasetReport["state"] };
  after: { digest: Digest; state: DatasetReport["state"] };
  /** Figures of both reports that differ, by their path in the report. */
  figures: { name: string; before: number; after: number }[];
  change: VersionChange;
  /** Of the later report: rules that the earlier one does not have, or with other things named. */
  newProblems: Problem[];
  /** Of the earlier report, gone from the later one. */
  solvedProblems: Problem[];
}

/** Drift and change of what the reports are about are those of `change`; problems about change are left out. */
export function compareReports(
  before: ComparedVersion,
  after: ComparedVersion,
  measuresOf: ReadonlyMap<Digest, ImageMeasures>,
): ReportComparison {
  const [old, recent] = [before.report, after.report];
  return {
    before: { digest: old.datasetDigest, state: old.state },
    after: { digest: recent.datasetDigest, state: recent.state },
    figures: differingFigures(figuresOf(old), figuresOf(recent)),
    change: describeChange(before.listing, after.listing, measuresOf),
    newProblems: without(ownProblems(recent), ownProblems(old)),
    solvedProblems: without(ownProblems(old), ownProblems(recent)),
  };
}

const aboutChange = new Set([
  "patient-moved",
  "now-held-out",
  "relabelled",
  "drift-major",
  "drift-moderate",
  "images-removed",
]);

function ownProblems(report: DatasetReport): Problem[] {
  return report.problems.filter((problem) => !aboutChange.has(problem.rule));
}

function without(problems: readonly Problem[], others: readonly Problem[]): Problem[] {
  return problems.filter(
    (problem) => !others.some(({ rule, message }) => rule === problem.rule && message === problem.message),
  );
}

/** The counts of a report as flat names: "counts.images", "splits.test.patients". */
function figuresOf({ counts, splits, undecodable, duplicates }: DatasetReport): Map<string, number> {
  const figures = new Map<string, number>();
  collect("counts", counts, figures);
  collect("splits", splits, figures);
  figures.set("undecodable", undecodable.length);
  figures.set("duplicates.identical", duplicates.identical.length);
  figures.set("duplicates.near", duplicates.near.length);
  return figures;
}

function collect(path: string, value: object, into: Map<string, number>): void {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === "number") into.set(`${path}.${key}`, inner);
    else if (typeof inner === "object" && inner !== null) collect(`${path}.${key}`, inner, into);
  }
}

function differingFigures(before: Map<string, number>, after: Map<string, number>) {
  return [...after]
    .map(([name, value]) => ({ name, before: before.get(name) ?? 0, after: value }))
    .filter((figure) => figure.before !== figure.after);
}
