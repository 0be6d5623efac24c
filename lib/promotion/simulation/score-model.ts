import { standardNormalQuantile } from "@/lib/metrics/interval";
import type { Random } from "@/lib/random";

/** What held-out images and models are like; the same for all models of a history. */
export interface ScoreModelOptions {
  images: number;
  patients: number;
  /** Share of patients with pneumonia. */
  prevalence: number;
  /** Correlation of two models' scores within a class: what both see alike. */
  correlation: number;
  /** Share of each part of a score that the images of a patient have in common. */
  withinPatient: number;
  targetSensitivity: number;
  /** Standard deviation of the threshold that validation patients give, in standard deviations of the score. */
  thresholdError: number;
}

/**
 * The public data set's held-out part: 510 images, 370 patients, 73 % with pneumonia. The correlation is that of models
 * trained from one another; docs/promotion-policy.md compares the test's standard error with a real comparison's.
 */
export const defaultScoreModel: ScoreModelOptions = {
  images: 510,
  patients: 370,
  prevalence: 0.73,
  correlation: 0.9,
  withinPatient: 0.4,
  targetSensitivity: 0.95,
  thresholdError: 0.1,
};

/** The held-out images of one history: who they are of, and how hard they are for every model. */
export interface HeldOutImages {
  options: ScoreModelOptions;
  /** [images] number of the patient, from 0 */
  patientOf: Uint32Array;
  /** [images] 0 or 1; a patient has one label */
  labels: Uint8Array;
  /** [images] what all models see alike */
  common: Float64Array;
  positives: number;
  /** Patients with each label; what DeLong's small-sample factors count. */
  positivePatients: number;
}

/** A model's scores on the held-out images. */
export interface ScoredModel {
  /** AUC in the population. */
  trueAuc: number;
  /** Distance of the classes, in standard deviations of the score. */
  separation: number;
  /** [images] */
  scores: Float64Array;
  /** On the scale of scores. */
  threshold: number;
}

export function drawHeldOutImages(options: ScoreModelOptions, random: Random): HeldOutImages {
  const { images, patients, prevalence, correlation, withinPatient } = options;
  const patientOf = new Uint32Array(images);
  for (let at = 0; at < images; at++) patientOf[at] = at < patients ? at : random.int(patients);
  const positivePatients = Math.round(prevalence * patients);
  const labels = Uint8Array.from(patientOf, (patient) => (patient < positivePatients ? 1 : 0));
  const common = new Float64Array(images);
  addEffects(common, patientOf, patients, Math.sqrt(correlation), withinPatient, random);
  return {
    options,
    patientOf,
    labels,
    common,
    positives: labels.reduce((sum, label) => sum + label, 0),
    positivePatients,
  };
}

/** What is a model's own: drawn once a day, whatever the champion is that it was trained from. */
export interface ModelNoise {
  /** [images] */
  own: Float64Array;
  /** In standard deviations of the score. */
  thresholdError: number;
}

export function drawModelNoise({ options, patientOf }: HeldOutImages, random: Random): ModelNoise {
  const own = new Float64Array(patientOf.length);
  const scale = Math.sqrt(1 - options.correlation);
  addEffects(own, patientOf, options.patients, scale, options.withinPatient, random);
  return { own, thresholdError: options.thresholdError * random.normal() };
}

/**
 * A binormal model: scores of both classes are normal with variance 1 around 0 and the separation √2·Φ⁻¹(AUC). The
 * threshold is meant for the target sensitivity and misses it by what validation patients leave uncertain.
 */
export function modelOf(
  { options, labels, common }: HeldOutImages,
  trueAuc: number,
  { own, thresholdError }: ModelNoise,
): ScoredModel {
  const separation = Math.SQRT2 * standardNormalQuantile(trueAuc);
  const scores = new Float64Array(own.length);
  for (let at = 0; at < scores.length; at++)
    scores[at] = (common[at] as number) + (own[at] as number) + separation * (labels[at] as number);
  const threshold = separation - standardNormalQuantile(options.targetSensitivity) + thresholdError;
  return { trueAuc, separation, scores, threshold };
}

/** The logit of a score: calibrated, since the log likelihood ratio of two normals is linear in it. */
export function logitOf(
  score: number,
  { separation }: ScoredModel,
  { prevalence }: ScoreModelOptions,
): number {
  return separation * score - (separation * separation) / 2 + Math.log(prevalence / (1 - prevalence));
}

function addEffects(
  values: Float64Array,
  patientOf: Uint32Array,
  patients: number,
  scale: number,
  withinPatient: number,
  random: Random,
): void {
  const patientScale = scale * Math.sqrt(withinPatient);
  const imageScale = scale * Math.sqrt(1 - withinPatient);
  const ofPatient = standardNormals(patients, random);
  const ofImage = standardNormals(values.length, random);
  for (let at = 0; at < values.length; at++) {
    values[at] =
      (values[at] as number) +
      patientScale * (ofPatient[patientOf[at] as number] as number) +
      imageScale * (ofImage[at] as number);
  }
}

/** Box-Muller with both of its values: most of a simulation's time is here. */
function standardNormals(count: number, random: Random): Float64Array {
  const values = new Float64Array(count + 1);
  for (let at = 0; at < count; at += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    values[at] = radius * Math.cos(angle);
    values[at + 1] = radius * Math.sin(angle);
  }
  return values;
}
