import type { Digest } from "@/lib/artifacts/store";
import type { DatasetCase, DatasetListing } from "@/lib/dataset/listing";
import { subgroup } from "@/lib/dataset/patient-key";
import type { Split } from "@/lib/training/job";
import { describeDistribution, round } from "./distribution";
import { type ImageMeasures, type MeasureName, measureNames } from "./image-measures";
import { type DuplicatePair, type ImagePair, isNearDuplicate } from "./pairs";
import type { ProblemThing } from "./problem-things";
import { type Problem, pairProblems, problem, sortProblems } from "./problems";
import { type DatasetReport, type LeftOutFile, type PartCounts, reportSchema } from "./report";
import { describeChange, type VersionChange } from "./version-change";

export interface ReportInput {
  datasetDigest: Digest;
  listing: DatasetListing;
  /** Of the version's images and the previous one's, by digest. */
  measuresOf: ReadonlyMap<Digest, ImageMeasures>;
  /** Images of the version that do not decode. */
  unreadable: ReadonlyMap<Digest, string>;
  /** Candidates with their correlation, of the version's distinct images. */
  pairs: readonly ImagePair[];
  /** Files that importing left out because they do not decode. */
  undecodable: readonly LeftOutFile[];
  /** Files that importing left out because they are copies of held-out images. */
  leftOutCopies: readonly LeftOutFile[];
  previous: { digest: Digest; listing: DatasetListing } | null;
}

const namedLookalikes = 20;
/** Levels; an image that varies less shows nothing. */
const blankBelowStd = 2;

/** @throws RangeError where no image of the version has measures */
export function buildReport(input: ReportInput): DatasetReport {
  const { listing, datasetDigest, previous } = input;
  const cases = listing.cases;
  const casesOf = groupByDigest(cases);
  const identical = [...casesOf.values()].filter((group) => group.length > 1);
  const { near, lookalikes } = sortPairs(input.pairs, casesOf);
  const change = previous ? describeChange(previous.listing, listing, input.measuresOf) : null;
  const undecodableShare =
    input.undecodable.length /
    Math.max(1, input.undecodable.length + cases.length + input.leftOutCopies.length);
  const problems = sortProblems([
    ...undecodableProblems(input, casesOf),
    ...patientProblems(cases, change),
    ...pairProblems("identical", identicalPairs(identical), caseFinder(cases)),
    ...pairProblems("near-duplicate", near, caseFinder(cases)),
    ...imageProblems(input, lookalikes),
    ...(change ? changeProblems(change) : []),
  ]);
  return {
    schema: reportSchema,
    datasetDigest,
    previousDigest: previous?.digest ?? null,
    state: problems.some((item) => item.level === "error")
      ? "failed"
      : problems.some((item) => item.level === "warning")
        ? "warnings"
        : "passed",
    problems,
    counts: {
      ...countPart(cases),
      sizeBytes: cases.reduce((sum, item) => sum + item.sizeBytes, 0),
      mostImagesOfOnePatient: mostImagesOfOnePatient(cases),
    },
    splits: { train: countSide("train"), validation: countSide("validation"), test: countSide("test") },
    undecodable: [...input.undecodable],
    undecodableShare: round(undecodableShare),
    leftOutCopies: [...input.leftOutCopies],
    duplicates: {
      identical: identical.map((group) => group.map((item) => item.caseId)),
      near,
      lookalikes: { pairs: lookalikes.length, named: lookalikes.slice(0, namedLookalikes) },
      comparedPairs: (casesOf.size * (casesOf.size - 1)) / 2,
    },
    distributions: distributionsOf(cases, input.measuresOf),
    change,
  };

  function countSide(split: Split): PartCounts {
    return countPart(cases.filter((item) => item.split === split));
  }
}

function countPart(cases: readonly DatasetCase[]): PartCounts {
  const subgroups = { bacteria: 0, virus: 0, none: 0 };
  for (const item of cases) subgroups[subgroup(item.caseId)]++;
  const pneumonia = cases.filter((item) => item.label === 1).length;
  return {
    images: cases.length,
    patients: new Set(cases.map((item) => item.patientId)).size,
    normal: cases.length - pneumonia,
    pneumonia,
    subgroups,
  };
}

function mostImagesOfOnePatient(cases: readonly DatasetCase[]): number {
  const counts = new Map<string, number>();
  for (const { patientId } of cases) counts.set(patientId, (counts.get(patientId) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

function groupByDigest(cases: readonly DatasetCase[]): Map<Digest, DatasetCase[]> {
  const groups = new Map<Digest, DatasetCase[]>();
  for (const item of cases) {
    const group = groups.get(item.digest);
    if (group) group.push(item);
    else groups.set(item.digest, [item]);
  }
  return groups;
}

function caseFinder(cases: readonly DatasetCase[]): (caseId: string) => DatasetCase {
  const byId = new Map(cases.map((item) => [item.caseId, item]));
  return (caseId) => {
    const found = byId.get(caseId);
    if (!found) throw new RangeError(`${caseId} is no case of the version`);
    return found;
  };
}

function sortPairs(pairs: readonly ImagePair[], casesOf: ReadonlyMap<Digest, DatasetCase[]>) {
  const near: DuplicatePair[] = [];
  const lookalikes: DuplicatePair[] = [];
  for (const pair of pairs) {
    const into = isNearDuplicate(pair) ? near : lookalikes;
    for (const a of casesOf.get(pair.first) ?? [])
      for (const b of casesOf.get(pair.second) ?? []) into.push(duplicatePair(a, b, pair));
  }
  return { near: near.sort(byLikeness), lookalikes: lookalikes.sort(byLikeness) };
}

function duplicatePair(
  a: DatasetCase,
  b: DatasetCase,
  { distance, correlation }: { distance: number; correlation: number },
): DuplicatePair {
  const [first, second] = a.caseId < b.caseId ? [a.caseId, b.caseId] : [b.caseId, a.caseId];
  return { first, second, distance, correlation: round(correlation) };
}

function byLikeness(a: DuplicatePair, b: DuplicatePair): number {
  if (a.correlation !== b.correlation) return b.correlation - a.correlation;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.second < b.second ? -1 : 1;
}

/** Each case of a group with its first: where any two differ in class or side, one of them differs from the first. */
function identicalPairs(groups: readonly DatasetCase[][]): DuplicatePair[] {
  return groups.flatMap((group) => {
    const [first, ...others] = group;
    return first ? others.map((other) => duplicatePair(first, other, { distance: 0, correlation: 1 })) : [];
  });
}

function undecodableProblems(
  { undecodable, unreadable }: ReportInput,
  casesOf: ReadonlyMap<Digest, DatasetCase[]>,
): Problem[] {
  const problems: Problem[] = [];
  if (undecodable.length > 0)
    problems.push(
      problem("undecodable", undecodable.map(fileThing), "Files that do not decode were left out"),
    );
  const broken = [...unreadable].flatMap(([digest, reason]) =>
    (casesOf.get(digest) ?? []).map((item) => fileThing({ path: item.caseId, reason })),
  );
  if (broken.length > 0)
    problems.push(
      problem(
        "undecodable-in-version",
        broken,
        "Images of the version do not decode",
        "Repair or remove them and import again.",
      ),
    );
  return problems;
}

function patientProblems(cases: readonly DatasetCase[], change: VersionChange | null): Problem[] {
  const problems: Problem[] = [];
  const sides = new Map<string, Set<Split>>();
  for (const { patientId, split } of cases)
    sides.set(patientId, (sides.get(patientId) ?? new Set<Split>()).add(split));
  const torn = [...sides].filter(([, splits]) => splits.size > 1);
  if (torn.length > 0)
    problems.push(
      problem(
        "patient-across-splits",
        torn.map(([patientId, splits]) => ({ kind: "patient", patientId, splits: [...splits] })),
        "Patients are on two sides of the split",
        "Make the listing anew from the files.",
      ),
    );
  const moved = change?.movedPatients ?? [];
  if (moved.length > 0)
    problems.push(
      problem(
        "patient-moved",
        moved.map((move) => ({ kind: "moved", ...move })),
        "Patients changed their side since the previous version, so models have seen what they would be judged on",
        "Use the salt and the shares of the previous version.",
      ),
    );
  return problems;
}

function imageProblems(input: ReportInput, lookalikes: readonly DuplicatePair[]): Problem[] {
  const problems: Problem[] = [];
  if (input.leftOutCopies.length > 0)
    problems.push(
      problem(
        "left-out-copy",
        input.leftOutCopies.map(fileThing),
        "Copies of held-out images were left out of training",
      ),
    );
  const blank = input.listing.cases.filter(
    (item) => (input.measuresOf.get(item.digest)?.std ?? blankBelowStd) < blankBelowStd,
  );
  if (blank.length > 0)
    problems.push(
      problem(
        "blank",
        blank.map((item) => ({ kind: "file", path: item.caseId })),
        "Images that show nothing",
      ),
    );
  if (lookalikes.length > 0)
    problems.push(
      problem(
        "lookalikes",
        lookalikes.map(({ first, second, ...likeness }) => ({ kind: "lookalikes", first, second, likeness })),
        "Pairs that look alike but differ in detail; look at them",
      ),
    );
  return problems;
}

function changeProblems(change: VersionChange): Problem[] {
  const problems: Problem[] = [];
  if (change.relabelled.length > 0)
    problems.push(
      problem(
        "relabelled",
        change.relabelled.map(caseThing),
        "Images changed their class since the previous version",
      ),
    );
  if (change.nowHeldOut.length > 0)
    problems.push(
      problem(
        "now-held-out",
        change.nowHeldOut.map(caseThing),
        "Images that models of the previous version were trained on are held out now",
      ),
    );
  for (const level of ["major", "moderate"] as const) {
    const moved = driftedMeasures(change, level);
    if (moved.length > 0)
      problems.push(problem(`drift-${level}`, moved, `${level === "major" ? "Major" : "Moderate"} drift`));
  }
  if (change.removedImages > 0)
    problems.push({
      rule: "images-removed",
      level: "note",
      count: change.removedImages,
      named: [],
      message: `${change.removedImages} images of the previous version are gone.`,
    });
  return problems;
}

function fileThing({ path, reason }: LeftOutFile): ProblemThing {
  return { kind: "file", path, reason };
}

function caseThing(caseId: string): ProblemThing {
  return { kind: "file", path: caseId };
}

function driftedMeasures(change: VersionChange, level: "major" | "moderate"): ProblemThing[] {
  const parts = [
    ["added", change.driftOfAdded],
    ["all", change.drift],
  ] as const;
  return parts.flatMap(([part, drift]) =>
    measureNames.flatMap((measure) => {
      const of = drift?.[measure];
      if (of?.level !== level) return [];
      const { psi, medianBefore, medianAfter } = of;
      return [{ kind: "drift" as const, measure, part, psi, medianBefore, medianAfter }];
    }),
  );
}

function distributionsOf(
  cases: readonly DatasetCase[],
  measuresOf: ReadonlyMap<Digest, ImageMeasures>,
): DatasetReport["distributions"] {
  const measured = cases.flatMap((item) => measuresOf.get(item.digest) ?? []);
  return Object.fromEntries(
    measureNames.map((name: MeasureName) => [
      name,
      describeDistribution(measured.map((measures) => measures[name])),
    ]),
  ) as DatasetReport["distributions"];
}
