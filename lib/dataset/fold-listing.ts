import { type DatasetCase, type DatasetListing, validateListing } from "./listing";
import { patientFolds } from "./patient-folds";

/** Of the patients that are not held out in a fold, one part in so many chooses threshold and temperature. */
const validationParts = 8;

export interface FoldOptions {
  /** From 0. */
  fold: number;
  folds: number;
  seed: number;
}

/**
 * One fold of a cross-validation as a dataset version: its patients are the test side, a part of the others the
 * validation side, the rest is trained on.
 * @param cases whose sides do not matter
 * @throws DATASET_INVALID where a class is too small for the folds
 */
export function foldListing(
  cases: readonly DatasetCase[],
  { fold, folds, seed }: FoldOptions,
): DatasetListing {
  const foldOf = patientFolds(cases, folds, seed);
  const others = cases.filter((item) => foldOf.get(item.patientId) !== fold);
  const parts = patientFolds(others, validationParts, seed + 1 + fold);
  const splitOf = ({ patientId }: DatasetCase) => {
    if (foldOf.get(patientId) === fold) return "test";
    return parts.get(patientId) === 0 ? "validation" : "train";
  };
  const test = 1 / folds;
  const validation = (1 - test) / validationParts;
  const listing: DatasetListing = {
    schema: "pneumoscope.dataset/1",
    salt: `fold ${fold + 1} of ${folds}, seed ${seed}`,
    shares: { train: 1 - test - validation, validation, test },
    cases: cases.map((item) => ({ ...item, split: splitOf(item) })),
  };
  validateListing(listing);
  return listing;
}
