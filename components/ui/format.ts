const narrowSpace = "\u202f";

/** 0.9134 → "91.3 %". Never rounds to certainty: above 99.9 and below 0.1 it says so. */
export function formatProbability(probability: number): string {
  if (probability > 0.999) return `> 99.9${narrowSpace}%`;
  if (probability < 0.001) return `< 0.1${narrowSpace}%`;
  return formatPercent(probability, 1);
}

/** 0.384 → "38 %" */
export function formatPercent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)}${narrowSpace}%`;
}

/** 12_345_678 of 22_400_000 → "12.3 of 22.4 MB" */
export function formatBytesOf(receivedBytes: number, totalBytes: number): string {
  return `${(receivedBytes / 1e6).toFixed(1)} of ${(totalBytes / 1e6).toFixed(1)} MB`;
}

/** "412 B", "84 kB", "22.4 MB" */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  if (sizeBytes < 1e6) return `${Math.round(sizeBytes / 1000)} kB`;
  return `${(sizeBytes / 1e6).toFixed(1)} MB`;
}

/** "38 ms", "1.4 s", "12 min", "3.2 h" */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  if (durationMs < 5_400_000) return `${Math.round(durationMs / 60_000)} min`;
  return `${(durationMs / 3_600_000).toFixed(1)} h`;
}

/** "sha256:0123…" → "0123456789ab" */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}

interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** "96 % [94–98]", or a dash where it is not defined */
export function formatInterval({ value, low, high }: Interval, digits = 0): string {
  if (value === null) return "–";
  const bounds =
    low === null || high === null ? "" : ` [${(low * 100).toFixed(digits)}–${(high * 100).toFixed(digits)}]`;
  return `${formatPercent(value, digits)}${bounds}`;
}

/** "0.981 [0.975–0.986]" for figures that are no percentages */
export function formatIndex({ value, low, high }: Interval): string {
  if (value === null) return "–";
  const bounds = low === null || high === null ? "" : ` [${low.toFixed(3)}–${high.toFixed(3)}]`;
  return `${value.toFixed(3)}${bounds}`;
}

/** "2026-11-21 03:05 UTC": the same on the server and in every browser. */
export function formatInstant(instant: string | Date): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
