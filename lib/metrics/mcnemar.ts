export interface McNemarResult {
  /** Two-sided, of no difference. */
  p: number;
  /** One-sided, against "more gains than losses". */
  pGreater: number;
}

/**
 * The exact test of McNemar (Psychometrika 12 (1947) 153-157): of the pairs that changed, as many should have
 * gained as lost, so the gains are binomial with ½. Pairs that agree say nothing and are not asked for.
 * p is twice the smaller tail, at most 1; both are 1 where nothing changed.
 * @throws RangeError for counts that are negative or not whole
 */
export function mcnemarExact(gains: number, losses: number): McNemarResult {
  for (const count of [gains, losses]) {
    if (!Number.isInteger(count) || count < 0)
      throw new RangeError(`mcnemarExact needs whole counts, not ${count}`);
  }
  const n = gains + losses;
  const pGreater = halfBinomialTail(gains, n);
  return { pGreater, p: Math.min(1, 2 * Math.min(pGreater, halfBinomialTail(losses, n))) };
}

/** P(X ≥ k) for X binomial with n trials at ½, summed from the smallest term in logarithms. */
function halfBinomialTail(k: number, n: number): number {
  if (k <= 0) return 1;
  let logTerm = -n * Math.LN2;
  let sum = 0;
  const terms: number[] = [];
  for (let successes = n; successes >= k; successes--) {
    terms.push(logTerm);
    logTerm += Math.log(successes) - Math.log(n - successes + 1);
  }
  for (const term of terms) sum += Math.exp(term);
  return Math.min(1, sum);
}
