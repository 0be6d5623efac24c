import type { ModelManifest } from "@/lib/manifest";
import { bandTargets, measureBand } from "@/lib/metrics/uncertain-band";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { CasePrediction, TrainResult } from "./job";

type Calibrated = Pick<
  ModelManifest,
  "calibration" | "threshold" | "uncertainBand" | "refusal" | "knownAnswers"
>;

/**
 * The part of a manifest that says how outputs are read.
 * @param heldOut predictions of the same weights for held-out cases, on which the band's error rates are measured
 */
export function describeCalibration(
  trained: Pick<TrainResult, "temperature" | "threshold" | "uncertainBand" | "refusal" | "knownAnswers">,
  heldOut: readonly CasePrediction[],
  { targetSensitivity, chosenOn }: { targetSensitivity: number; chosenOn: string },
): Calibrated {
  const { temperature, threshold, uncertainBand, refusal, knownAnswers } = trained;
  const cases = heldOut.map(({ label, logit }) => ({
    label,
    probability: calibratedProbability(logit, temperature),
  }));
  return {
    calibration: { temperature },
    threshold: { probability: threshold, targetSensitivity, chosenOn },
    uncertainBand: {
      ...uncertainBand,
      targetSensitivity: bandTargets.sensitivity,
      targetSpecificity: bandTargets.specificity,
      chosenOn,
      heldOut: measureBand(cases, threshold, uncertainBand),
    },
    refusal,
    knownAnswers,
  };
}
