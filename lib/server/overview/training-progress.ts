export interface EndedEpoch {
  epoch: number;
  durationMs: number;
  recordedAt: Date;
}

/**
 * How far a training is, from the epochs that have ended.
 * @returns `share` 0 to 1; `leftMs` as long as the mean epoch for each that is missing, less what has gone of the
 * present one; null before the first has ended
 */
export function trainingProgress(ended: readonly EndedEpoch[], epochs: number, now: Date) {
  const last = ended.at(-1);
  if (!last) return { done: 0, epochs, share: 0, leftMs: null };
  const meanMs = ended.reduce((sum, { durationMs }) => sum + durationMs, 0) / ended.length;
  const done = Math.min(last.epoch, epochs);
  const goneMs = Math.min(Math.max(0, now.getTime() - last.recordedAt.getTime()), meanMs);
  const missing = epochs - done;
  return { done, epochs, share: done / epochs, leftMs: missing === 0 ? 0 : missing * meanMs - goneMs };
}
