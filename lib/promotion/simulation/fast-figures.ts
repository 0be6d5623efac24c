import { normalTail, standardNormalQuantile } from "@/lib/metrics/interval";
import { midPlace } from "@/lib/metrics/mid-place";
import { pairedSensitivity } from "@/lib/metrics/paired-sensitivity";
import { type ComparisonFigures, noAucComparison, type SensitivityComparison } from "../figures";
import type { PromotionPolicy } from "../policy";
import { type HeldOutImages, logitOf, type ScoredModel } from "./score-model";

/** A model with what each comparison with it needs: DeLong's components, by patient, and who is called. */
export interface PlacedModel extends ScoredModel {
  auc: number;
  /** [patients] DeLong's components less the AUC, summed over the patient's images; a patient has one label. */
  components: Float64Array;
  /** [images] 1 where the score reaches the threshold */
  called: Uint8Array;
  /** Share of images that are read right. */
  accuracy: number;
}

/** Sorts each class once and finds every score's place in the other by bisection. */
export function placeModel(heldOut: HeldOutImages, model: ScoredModel): PlacedModel {
  const { labels, patientOf, positives, options } = heldOut;
  const { scores, threshold } = model;
  const negatives = scores.length - positives;
  const ofPositives = new Float64Array(positives);
  const ofNegatives = new Float64Array(negatives);
  const called = new Uint8Array(scores.length);
  let [p, n, right] = [0, 0, 0];
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] as number;
    if (labels[at] === 1) ofPositives[p++] = score;
    else ofNegatives[n++] = score;
    called[at] = score >= threshold ? 1 : 0;
    if (called[at] === labels[at]) right++;
  }
  ofPositives.sort();
  ofNegatives.sort();
  const shares = new Float64Array(scores.length);
  let sum = 0;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] as number;
    const isPositive = labels[at] === 1;
    const below = isPositive
      ? midPlace(ofNegatives, score) / negatives
      : midPlace(ofPositives, score) / positives;
    shares[at] = isPositive ? below : 1 - below;
    if (isPositive) sum += below;
  }
  const auc = sum / positives;
  const components = new Float64Array(options.patients);
  for (let at = 0; at < scores.length; at++) {
    const patient = patientOf[at] as number;
    components[patient] = (components[patient] as number) + (shares[at] as number) - auc;
  }
  return { ...model, auc, components, called, accuracy: right / scores.length };
}

/** The one-sided p of lib/metrics/delong.ts for images grouped by patient, each patient with one label. */
export function fastAuc(
  heldOut: HeldOutImages,
  champion: PlacedModel,
  challenger: PlacedModel,
): { value: number; deviation: number; p: number } {
  const { positives, positivePatients, labels, options } = heldOut;
  const negatives = labels.length - positives;
  const negativePatients = options.patients - positivePatients;
  let [ofPositives, ofNegatives] = [0, 0];
  for (let patient = 0; patient < options.patients; patient++) {
    const change = (challenger.components[patient] as number) - (champion.components[patient] as number);
    if (patient < positivePatients) ofPositives += change * change;
    else ofNegatives += change * change;
  }
  const variance =
    (ofPositives * positivePatients) / ((positivePatients - 1) * positives ** 2) +
    (ofNegatives * negativePatients) / ((negativePatients - 1) * negatives ** 2);
  const value = challenger.auc - champion.auc;
  const deviation = Math.sqrt(variance);
  return { value, deviation, p: deviation > 0 ? normalTail(value / deviation) : 1 };
}

/** The same figures as compare.ts makes from predictions; the simulation has no subgroups. */
export function fastFigures(
  heldOut: HeldOutImages,
  champion: PlacedModel,
  challenger: PlacedModel,
  reference: PlacedModel | "is-champion",
  policy: PromotionPolicy,
): ComparisonFigures {
  const { value, deviation, p } = fastAuc(heldOut, champion, challenger);
  const half = 1.959963984540054 * deviation;
  return {
    images: heldOut.labels.length,
    positives: heldOut.positives,
    auc: {
      ...noAucComparison,
      value,
      low: Math.max(-1, value - half),
      high: Math.min(1, value + half),
      p,
      champion: champion.auc,
      challenger: challenger.auc,
    },
    errors: changedPatients(heldOut, champion, challenger),
    accuracy: { before: champion.accuracy, after: challenger.accuracy },
    sensitivity: compareSensitivity(heldOut, champion, challenger, policy),
    reference:
      reference === "is-champion" ? reference : compareSensitivity(heldOut, reference, challenger, policy),
    calibration: { before: brierOf(heldOut, champion), after: brierOf(heldOut, challenger) },
    subgroups: [],
    evaluationSets: [],
    weightedAuc: null,
  };
}

function changedPatients(
  { labels, patientOf, options }: HeldOutImages,
  champion: PlacedModel,
  challenger: PlacedModel,
): ComparisonFigures["errors"] {
  const net = new Int32Array(options.patients);
  for (let at = 0; at < labels.length; at++) {
    const [before, after] = [champion.called[at] !== labels[at], challenger.called[at] !== labels[at]];
    const patient = patientOf[at] as number;
    net[patient] = (net[patient] as number) + Number(before) - Number(after);
  }
  return {
    gains: net.filter((change) => change > 0).length,
    losses: net.filter((change) => change < 0).length,
  };
}

function compareSensitivity(
  { labels, patientOf, positivePatients }: HeldOutImages,
  champion: PlacedModel,
  challenger: PlacedModel,
  policy: PromotionPolicy,
): SensitivityComparison {
  const patients = Array.from({ length: positivePatients }, () => ({
    positives: 0,
    calledByA: 0,
    calledByB: 0,
  }));
  let [positives, before, after] = [0, 0, 0];
  for (let at = 0; at < labels.length; at++) {
    const patient = patients[patientOf[at] as number];
    if (!patient) continue;
    patient.positives++;
    patient.calledByA += challenger.called[at] as number;
    patient.calledByB += champion.called[at] as number;
    positives++;
    before += champion.called[at] as number;
    after += challenger.called[at] as number;
  }
  const quantile = standardNormalQuantile(policy.sensitivity.confidence);
  const difference = pairedSensitivity(patients, quantile);
  return {
    before: before / positives,
    after: after / positives,
    value: difference.value,
    lowerBound: difference.low,
    patients: difference.patients,
  };
}

function brierOf({ labels, options }: HeldOutImages, model: PlacedModel): number {
  let sum = 0;
  for (let at = 0; at < labels.length; at++) {
    const probability = 1 / (1 + Math.exp(-logitOf(model.scores[at] as number, model, options)));
    sum += (probability - (labels[at] as number)) ** 2;
  }
  return sum / labels.length;
}
