import type { JobProgress } from "@/lib/training/job";

/** How much of a job is done, from 0 to 1: epochs and what of the current one; without epochs, of the phase. */
export function shareDone({ done, total, epoch, epochs, phase }: JobProgress): number {
  const ofPhase = total > 0 ? Math.min(1, done / total) : 0;
  if (epoch === undefined || epochs === undefined || epochs === 0) return ofPhase;
  // Validation follows the epoch's training: nearly all of it lies behind.
  const ofEpoch = phase === "validate" ? 1 : ofPhase;
  return Math.min(1, (epoch - 1 + ofEpoch) / epochs);
}

/**
 * What is left of the training itself, by the present speed: the rest of this epoch's images and all of the later
 * epochs', validation not counted.
 * @returns ms, or null where the speed is not known
 */
export function trainingLeftMs({
  epoch,
  epochs,
  done,
  total,
  imagesPerSecond,
  phase,
}: JobProgress): number | null {
  if (phase !== "train" || !imagesPerSecond || epoch === undefined || epochs === undefined) return null;
  return ((total - done + (epochs - epoch) * total) / imagesPerSecond) * 1000;
}
