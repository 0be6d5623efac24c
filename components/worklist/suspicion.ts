import { isFinal, type Reading } from "@/lib/browser/predict/reading";

/** What a row says at a glance, in the order of the worklist. */
export const rowStatuses = [
  "revoked",
  "pneumonia",
  "uncertain",
  "normal",
  "pending",
  "refused",
  "failed",
  "cancelled",
  "duplicate",
] as const;
export type RowStatus = (typeof rowStatuses)[number];

/** A second copy of a file counts as a copy only, so that no result is counted twice. */
export function statusOf(reading: Reading): RowStatus {
  return reading.duplicateOf === null ? resultOf(reading) : "duplicate";
}

/** What was found, for copies too. */
export function resultOf({ step, prediction, revoked }: Reading): Exclude<RowStatus, "duplicate"> {
  if (!isFinal(step)) return "pending";
  if (revoked && (step === "done" || step === "refused")) return "revoked";
  if (step !== "done") return step === "refused" || step === "failed" ? step : "cancelled";
  if (prediction?.uncertain) return "uncertain";
  return prediction?.label === "PNEUMONIA" ? "pneumonia" : "normal";
}

/**
 * The place in the list, smallest first: what a revoked version read, for its result does not count any more; then
 * pneumonia, uncertain, normal, each by falling probability; then what is still to be read, refused, failed, cancelled. A copy stands where its original does.
 */
export function suspicionRank(reading: Reading): number {
  const place = rowStatuses.indexOf(resultOf(reading));
  return reading.step === "done" ? place + 1 - (reading.prediction?.probability ?? 0) : place + 1;
}

export type StatusCounts = Record<RowStatus, number>;

export function countStatuses(readings: readonly Reading[]): StatusCounts {
  const counts = Object.fromEntries(rowStatuses.map((status) => [status, 0])) as StatusCounts;
  for (const reading of readings) counts[statusOf(reading)]++;
  return counts;
}

export interface RowFilter {
  /** Null shows all. */
  status: RowStatus | null;
  text: string;
}

/** By status, and by every word of the text in the name or folder, whatever their case and accents. */
export function filterReadings(readings: readonly Reading[], { status, text }: RowFilter): Reading[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return readings.filter((reading) => {
    if (status && statusOf(reading) !== status) return false;
    if (words.length === 0) return true;
    const path = plain(`${reading.folder}/${reading.name}`);
    return words.every((word) => path.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
