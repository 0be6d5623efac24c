import { compareAucs, type PlacedScores } from "@/lib/metrics/delong";
import { mcnemarExact } from "@/lib/metrics/mcnemar";
import type { ScoredModel } from "./model-figures";
import { isSameCase, type Reader, readerOf, readersOf } from "./reader";

/** Patients that one of two models reads more of right than the other does. */
export interface ChangedPatients {
  /** Read better by the second model. */
  gains: number;
  losses: number;
  /** Two-sided, exact. */
  p: number;
}

/** A second model against a first one, on the images that both were scored on. */
export interface PairedStatistics {
  images: number;
  patients: number;
  /** Images that only one of the two was scored on, or whose label or patient differs between them. */
  left: number;
  /** AUC of the second minus the first's, after DeLong, images grouped by patient; null where it is undefined. */
  auc: { value: number; low: number | null; high: number | null; p: number | null } | null;
  /** McNemar's exact test by patients, each model at its own threshold; null where one has no threshold. */
  calls: { all: ChangedPatients; sensitivity: ChangedPatients; specificity: ChangedPatients } | null;
}

/** @returns null where there is no image that both were scored on with the same label and patient */
export type Pairing = (first: number, second: number) => PairedStatistics | null;

/**
 * Any two of so many models, by their places; each pair is computed once. Models that were scored on the same images share
 * what is the same for all of them.
 * @param models null for one that was not scored
 * @param readers of the models
 */
export function pairing(
  models: readonly (ScoredModel | null)[],
  readers: readonly (Reader | null)[] = readersOf(models),
): Pairing {
  const known = new Map<string, PairedStatistics | null>();
  return (a, b) => {
    const key = `${a} ${b}`;
    const pair = known.get(key);
    if (pair !== undefined) return pair;
    const [first, second] = [models[a], models[b]];
    const [before, after] = [readers[a], readers[b]];
    const made =
      first && second && before && after
        ? pairReaders([first, second], onSharedCases([first, second], [before, after]))
        : null;
    known.set(key, made);
    return made;
  };
}

/** One pair alone. */
export function pairModels(first: ScoredModel, second: ScoredModel): PairedStatistics | null {
  return pairing([first, second])(0, 1);
}

type Two<T> = readonly [first: T, second: T];

/** The same two where they read the same cases, else both on the cases of both. */
function onSharedCases(models: Two<ScoredModel>, [first, second]: Two<Reader>): Two<Reader> {
  if (first.placed.cases === second.placed.cases) return [first, second];
  const others = new Map(second.predictions.map((item) => [item.caseId, item]));
  const shared = first.predictions.flatMap((item) => {
    const other = others.get(item.caseId);
    return other && isSameCase(item, other) ? [[item, other] as const] : [];
  });
  const before = readerOf(
    models[0],
    shared.map(([item]) => item),
  );
  const after = readerOf(
    models[1],
    shared.map(([, other]) => other),
    before.placed.cases,
  );
  return [before, after];
}

function pairReaders(models: Two<ScoredModel>, [before, after]: Two<Reader>): PairedStatistics | null {
  const images = before.predictions.length;
  if (images === 0) return null;
  return {
    images,
    patients: before.placed.cases.patients,
    left: models[0].predictions.length + models[1].predictions.length - 2 * images,
    auc: aucDifference(before.placed, after.placed),
    calls: changedCalls(before, after),
  };
}

function aucDifference(before: PlacedScores, after: PlacedScores): PairedStatistics["auc"] {
  const difference = compareAucs(after, before);
  if (!difference) return null;
  const { value, low, high, p, variance } = difference;
  // Where every case of one wins the same, DeLong's variance is 0: neither its p nor its interval says anything.
  return variance === 0 && value !== 0 ? { value, low: null, high: null, p: null } : { value, low, high, p };
}

/** A patient counts once, however many images: McNemar's test takes its pairs as independent. */
function changedCalls(before: Reader, after: Reader): PairedStatistics["calls"] {
  if (!before.wrong || !after.wrong) return null;
  const { labels, patientOf, patients } = before.placed.cases;
  const all = new Int32Array(patients);
  const ofLabel = [new Int32Array(patients), new Int32Array(patients)] as const;
  for (const [at, patient] of patientOf.entries()) {
    const change = (before.wrong[at] as number) - (after.wrong[at] as number);
    const own = ofLabel[labels[at] as 0 | 1];
    all[patient] = (all[patient] as number) + change;
    own[patient] = (own[patient] as number) + change;
  }
  return {
    all: countChanged(all),
    sensitivity: countChanged(ofLabel[1]),
    specificity: countChanged(ofLabel[0]),
  };
}

function countChanged(net: Int32Array): ChangedPatients {
  let [gains, losses] = [0, 0];
  for (const change of net) {
    if (change > 0) gains++;
    else if (change < 0) losses++;
  }
  return { gains, losses, p: mcnemarExact(gains, losses).p };
}
