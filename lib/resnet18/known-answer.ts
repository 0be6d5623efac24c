import type { Predictor } from "./predictor";

/** A synthetic input whose logit was computed when the model was made. */
export interface KnownAnswer {
  seed: number;
  size: number;
  logit: number;
}

export interface KnownAnswerReport {
  passed: boolean;
  /** Largest |computed − stored| logit; NaN where a backend computed none. */
  maxDifference: number;
}

/** Backends round differently; a wrong kernel is off by far more than this many logits. */
export const knownAnswerTolerance = 0.01;

/**
 * A deterministic picture of smooth waves, 0 to 255, exactly the same everywhere: integer arithmetic only.
 * @returns [size × size]
 */
export function knownAnswerInput(seed: number, size: number): Uint8Array {
  const gray = new Uint8Array(size * size);
  const triangle = (value: number) => Math.abs((value % 512) - 255.5) | 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = Math.floor((x * 224) / size);
      const v = Math.floor((y * 224) / size);
      const waves =
        triangle(u * (3 + (seed % 5)) + v * 2) +
        triangle(v * (5 + (seed % 3)) + 97 * seed) +
        triangle(u * v + seed);
      gray[y * size + x] = Math.min(255, Math.floor(waves / 3));
    }
  }
  return gray;
}

/** Runs every stored input and compares. A NaN anywhere fails. */
export async function checkKnownAnswers(
  predictor: Pick<Predictor, "predict">,
  knownAnswers: readonly KnownAnswer[],
  tolerance = knownAnswerTolerance,
): Promise<KnownAnswerReport> {
  let maxDifference = 0;
  for (const { seed, size, logit } of knownAnswers) {
    const { logits } = await predictor.predict(knownAnswerInput(seed, size), 1);
    const computed = logits[0] ?? Number.NaN;
    const difference = Math.abs(computed - logit);
    if (!(difference <= maxDifference)) maxDifference = difference;
  }
  return { passed: knownAnswers.length > 0 && maxDifference <= tolerance, maxDifference };
}
