export interface EndedEpoch {
  epoch: number;
  durationMs: number;
  recordedAt: Date;
}

/** What the trainer last said of its job. */
export interface JobState {
  phase: string;
  epoch?: number | undefined;
  done: number;
  total: number;
}

/** 0 to 1: of the epoch that is under way, as far as the trainer says. */
function shareOfEpoch(job: JobState | null, epoch: number): number {
  return job?.phase === "train" && job.epoch === epoch && job.total > 0 ? job.done / job.total : 0;
}

/**
 * How far a training is, from the epochs that have ended.
 * @returns `share` 0 to 1; `leftMs` as long as the mean epoch for each that is missing, less what has gone of the
 * present one; null before the first has ended
 */
export function trainingProgress(
  ended: readonly EndedEpoch[],
  epochs: number,
  now: Date,
  job: JobState | null = null,
) {
  const last = ended.at(-1);
  if (!last) return { done: 0, epochs, share: shareOfEpoch(job, 1) / epochs, leftMs: null };
  const meanMs = ended.reduce((sum, { durationMs }) => sum + durationMs, 0) / ended.length;
  const done = Math.min(last.epoch, epochs);
  const goneMs = Math.min(Math.max(0, now.getTime() - last.recordedAt.getTime()), meanMs);
  const missing = epochs - done;
  const share = Math.min(1, (done + shareOfEpoch(job, done + 1)) / epochs);
  return { done, epochs, share, leftMs: missing === 0 ? 0 : missing * meanMs - goneMs };
}
