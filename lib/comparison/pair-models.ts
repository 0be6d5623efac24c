import { delong } from "@/lib/metrics/delong";
import { mcnemarExact } from "@/lib/metrics/mcnemar";
import { changedPatients } from "@/lib/promotion/compare";
import { probabilities, type ReadCase } from "@/lib/promotion/contender";
import type { CasePrediction } from "@/lib/training/job";
import type { ScoredModel } from "./model-figures";

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
  auc: { value: number; low: number; high: number; p: number | null } | null;
  /** McNemar's exact test by patients, each model at its own threshold; null where one has no threshold. */
  calls: { all: ChangedPatients; sensitivity: ChangedPatients; specificity: ChangedPatients } | null;
}

/** @returns null where there is no image that both were scored on with the same label and patient */
export function pairModels(first: ScoredModel, second: ScoredModel): PairedStatistics | null {
  const { a, b, left } = sharedCases(first.predictions, second.predictions);
  if (a.length === 0) return null;
  const patients = a.map(({ patientId }) => patientId);
  const { difference } = delong({
    labels: a.map(({ label }) => label),
    a: b.map(({ logit }) => logit),
    b: a.map(({ logit }) => logit),
    patients,
  });
  return {
    images: a.length,
    patients: new Set(patients).size,
    left,
    auc: difference && {
      value: difference.value,
      low: difference.low,
      high: difference.high,
      // Where every case of one wins the same, DeLong's variance is 0 and its p says nothing.
      p: difference.variance === 0 && difference.value !== 0 ? null : difference.p,
    },
    calls: pairedCalls({ ...first, predictions: a }, { ...second, predictions: b }),
  };
}

/** The images of both, in the same order. */
function sharedCases(first: readonly CasePrediction[], second: readonly CasePrediction[]) {
  const others = new Map(second.map((item) => [item.caseId, item]));
  const a: CasePrediction[] = [];
  const b: CasePrediction[] = [];
  for (const item of first) {
    const other = others.get(item.caseId);
    if (!other || other.label !== item.label || other.patientId !== item.patientId) continue;
    if (!Number.isFinite(item.logit) || !Number.isFinite(other.logit)) continue;
    a.push(item);
    b.push(other);
  }
  return { a, b, left: first.length + second.length - 2 * a.length };
}

function pairedCalls(first: ScoredModel, second: ScoredModel): PairedStatistics["calls"] {
  const [before, after] = [readCases(first), readCases(second)];
  if (!before || !after) return null;
  const changed = (wanted: (item: ReadCase) => boolean): ChangedPatients => {
    const { gains, losses } = changedPatients(
      before.cases.filter(wanted),
      before.threshold,
      after.cases.filter(wanted),
      after.threshold,
    );
    return { gains, losses, p: mcnemarExact(gains, losses).p };
  };
  return {
    all: changed(() => true),
    sensitivity: changed(({ label }) => label === 1),
    specificity: changed(({ label }) => label === 0),
  };
}

function readCases({ predictions, temperature, threshold }: ScoredModel) {
  if (temperature === null || threshold === null) return null;
  return { cases: probabilities({ predictions, temperature, threshold }), threshold };
}
