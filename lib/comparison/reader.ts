import { labelledPatients, type PlacedScores, placeScores } from "@/lib/metrics/delong";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { CasePrediction } from "@/lib/training/job";
import type { ScoredModel } from "./model-figures";

/** A model on its cases with finite logits: sorted and called once, whatever is figured of it. */
export interface Reader {
  predictions: readonly CasePrediction[];
  placed: PlacedScores;
  /** [n] calibrated; null without a threshold or temperature. */
  probabilities: Float64Array | null;
  /** [n] 1 where the case is called what it is not; null likewise. */
  wrong: Uint8Array | null;
}

/** One for each model; those that were scored on the same images share what is the same for all of them. */
export function readersOf(models: readonly (ScoredModel | null)[]): (Reader | null)[] {
  const readers: (Reader | null)[] = [];
  for (const model of models) {
    const predictions = model?.predictions.filter(({ logit }) => Number.isFinite(logit));
    const alike = predictions && readers.find((one) => one && areSameCases(one.predictions, predictions));
    readers.push(model && predictions ? readerOf(model, predictions, alike?.placed.cases) : null);
  }
  return readers;
}

/**
 * @param predictions those of the model to read, with finite logits
 * @param cases of another reader of the same cases in the same order
 */
export function readerOf(
  { temperature, threshold }: ScoredModel,
  predictions: readonly CasePrediction[],
  cases = labelledPatients(
    predictions.map(({ label }) => label),
    predictions.map(({ patientId }) => patientId),
  ),
): Reader {
  const logits = Float64Array.from(predictions, ({ logit }) => logit);
  const placed = placeScores(cases, logits);
  if (temperature === null || threshold === null)
    return { predictions, placed, probabilities: null, wrong: null };
  const probabilities = logits.map((logit) => calibratedProbability(logit, temperature));
  const wrong = Uint8Array.from(probabilities, (probability, at) =>
    Number((probability >= threshold ? 1 : 0) !== cases.labels[at]),
  );
  return { predictions, placed, probabilities, wrong };
}

function areSameCases(a: readonly CasePrediction[], b: readonly CasePrediction[]): boolean {
  return a.length === b.length && a.every((item, at) => isSameCase(item, b[at]));
}

export function isSameCase(a: CasePrediction, b: CasePrediction | undefined): boolean {
  return a.caseId === b?.caseId && a.label === b.label && a.patientId === b.patientId;
}
