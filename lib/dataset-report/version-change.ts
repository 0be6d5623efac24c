import type { Digest } from "@/lib/artifacts/store";
import type { DatasetCase, DatasetListing } from "@/lib/dataset/listing";
import type { Split } from "@/lib/training/job";
import { type Drift, measureDrift } from "./drift";
import { type ImageMeasures, type MeasureName, measureNames } from "./image-measures";

/** What is different in a version against another. Cases are compared by their image's digest, so a rename is no change. */
export interface VersionChange {
  addedImages: number;
  removedImages: number;
  addedPatients: number;
  removedPatients: number;
  /** Images whose class is another. */
  relabelled: string[];
  /** Images that were for training and are held out now: a model of before has seen them. */
  nowHeldOut: string[];
  /** Patients whose side is another. */
  movedPatients: { patientId: string; from: Split; to: Split }[];
  /** All images against all of the other version. */
  drift: Record<MeasureName, Drift>;
  /** Added images alone against all of the other version; null where fewer than `fewestForDrift` were added. */
  driftOfAdded: Record<MeasureName, Drift> | null;
  pneumoniaShare: { before: number; after: number };
}

/** PSI of ten bins says little about fewer. */
export const fewestForDrift = 30;

/**
 * @param measuresOf of both versions' images; images without measures take no part in drift
 * @throws RangeError where a version has no measured image
 */
export function describeChange(
  before: DatasetListing,
  after: DatasetListing,
  measuresOf: ReadonlyMap<Digest, ImageMeasures>,
): VersionChange {
  const known = byDigest(before.cases);
  const current = byDigest(after.cases);
  const added = after.cases.filter((item) => !known.has(item.digest));
  const sides = sidesOf(before.cases);
  const sidesNow = sidesOf(after.cases);
  return {
    addedImages: added.length,
    removedImages: before.cases.filter((item) => !current.has(item.digest)).length,
    addedPatients: [...sidesNow.keys()].filter((patient) => !sides.has(patient)).length,
    removedPatients: [...sides.keys()].filter((patient) => !sidesNow.has(patient)).length,
    relabelled: after.cases
      .filter((item) => (known.get(item.digest)?.label ?? item.label) !== item.label)
      .map((item) => item.caseId),
    nowHeldOut: after.cases
      .filter((item) => item.split !== "train" && known.get(item.digest)?.split === "train")
      .map((item) => item.caseId),
    movedPatients: [...sidesNow].flatMap(([patientId, to]) => {
      const from = sides.get(patientId) ?? to;
      return from === to ? [] : [{ patientId, from, to }];
    }),
    drift: driftOf(before.cases, after.cases, measuresOf),
    driftOfAdded: added.length < fewestForDrift ? null : driftOf(before.cases, added, measuresOf),
    pneumoniaShare: { before: pneumoniaShare(before.cases), after: pneumoniaShare(after.cases) },
  };
}

function byDigest(cases: readonly DatasetCase[]): Map<Digest, DatasetCase> {
  return new Map(cases.map((item) => [item.digest, item]));
}

function sidesOf(cases: readonly DatasetCase[]): Map<string, Split> {
  return new Map(cases.map((item) => [item.patientId, item.split]));
}

function pneumoniaShare(cases: readonly DatasetCase[]): number {
  return cases.filter((item) => item.label === 1).length / cases.length;
}

function driftOf(
  before: readonly DatasetCase[],
  after: readonly DatasetCase[],
  measuresOf: ReadonlyMap<Digest, ImageMeasures>,
): Record<MeasureName, Drift> {
  const [a, b] = [before, after].map((cases) => cases.flatMap((item) => measuresOf.get(item.digest) ?? []));
  return Object.fromEntries(
    measureNames.map((name) => [
      name,
      measureDrift(
        (a ?? []).map((measures) => measures[name]),
        (b ?? []).map((measures) => measures[name]),
      ),
    ]),
  ) as Record<MeasureName, Drift>;
}
