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

/** A range that does not break over two lines. */
function formatRange(low: number, high: number, digits: number): string {
  const joiner = "\u2060";
  return `\u00a0[${low.toFixed(digits)}${joiner}–${joiner}${high.toFixed(digits)}]`;
}

/** An estimate with its 95 % interval, each null where the cases do not define it. */
export interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** "96 % [94–98]", or a dash where it is not defined */
export function formatInterval({ value, low, high }: Interval, digits = 0): string {
  if (value === null) return "–";
  const range = low === null || high === null ? "" : formatRange(low * 100, high * 100, digits);
  return `${formatPercent(value, digits)}${range}`;
}

/** "0.981 [0.975–0.986]" for figures that are no percentages */
export function formatIndex({ value, low, high }: Interval): string {
  if (value === null) return "–";
  return `${value.toFixed(3)}${low === null || high === null ? "" : formatRange(low, high, 3)}`;
}

const instantFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** "21 Nov 2026, 03:05 UTC": the same on the server and in every browser. */
export function formatInstant(instant: string | Date): string {
  return `${instantFormat.format(new Date(instant))} UTC`;
}
