import { calibratedProbability } from "@/lib/prediction/interpret";
import type { ScoredModel } from "./model-figures";

/** An image that not all models call the same, each at its own threshold. */
export interface Disagreement {
  caseId: string;
  label: 0 | 1;
  /** Calibrated, in the order of the models; null where a model was not scored on it or has no threshold. */
  probabilities: (number | null)[];
  calls: (0 | 1 | null)[];
  /** The largest probability less the smallest. */
  spread: number;
}

/** The widest spread first; images that fewer than two models call are left out. */
export function disagreements(models: readonly ScoredModel[]): Disagreement[] {
  const cases = new Map<string, Disagreement>();
  for (const [at, { predictions, temperature, threshold }] of models.entries()) {
    if (temperature === null || threshold === null) continue;
    for (const { caseId, label, logit } of predictions) {
      if (!Number.isFinite(logit)) continue;
      const known = cases.get(caseId) ?? {
        caseId,
        label,
        probabilities: models.map(() => null),
        calls: models.map(() => null),
        spread: 0,
      };
      const probability = calibratedProbability(logit, temperature);
      known.probabilities[at] = probability;
      known.calls[at] = probability >= threshold ? 1 : 0;
      cases.set(caseId, known);
    }
  }
  return [...cases.values()]
    .filter(({ calls }) => calls.includes(0) && calls.includes(1))
    .map((item) => ({ ...item, spread: spreadOf(item.probabilities) }))
    .sort((a, b) => b.spread - a.spread || (a.caseId < b.caseId ? -1 : 1));
}

function spreadOf(probabilities: readonly (number | null)[]): number {
  const known = probabilities.filter((value) => value !== null);
  return Math.max(...known) - Math.min(...known);
}
