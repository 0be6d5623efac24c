export interface Timing {
  name: string;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  asked: number;
}

/** The nearest-rank percentiles of so many durations. @throws RangeError where there are none */
export function timingOf(name: string, durationsMs: readonly number[]): Timing {
  if (durationsMs.length === 0) throw new RangeError(`${name} was never asked`);
  const sorted = [...durationsMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  return { name, p50: at(0.5), p95: at(0.95), p99: at(0.99), asked: sorted.length };
}
