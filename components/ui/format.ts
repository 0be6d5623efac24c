/** The languages that figures and dates are written in; the words are in messages/. */
export type FormatLocale = "en" | "fr";

/** An estimate with its 95 % interval, each null where the cases do not define it. */
export interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** How one language writes figures, sizes, durations and dates. All output is deterministic: same on server and page. */
export interface Format {
  /** 12345.6 → "12 345.6" · "12 345,6", grouped by thin spaces */
  number(value: number, digits?: number): string;
  /** 0.384 → "38 %" · "38 %" */
  percent(share: number, digits?: number): string;
  /** 0.9134 → "91.3 %" · "91,3 %". Never rounds to certainty: above 99.9 and below 0.1 it says so. */
  probability(probability: number): string;
  /** "96 % [94–98]", or a dash where it is not defined */
  interval(interval: Interval, digits?: number): string;
  /** "0.981 [0.975–0.986]" for figures that are no percentages */
  index(interval: Interval): string;
  /** "412 B", "84 kB", "22.4 MB", "10.8 GB" · "412 o", "84 ko", "22,4 Mo" */
  bytes(sizeBytes: number): string;
  /** 9_300_000 of 22_350_000 → "9.3 of 22.4 MB" · "9,3 sur 22,4 Mo" */
  bytesOf(receivedBytes: number, totalBytes: number): string;
  /** "38 ms", "1.4 s", "12 min", "3.2 h" */
  duration(durationMs: number): string;
  /** "21 Nov 2026" · "21 nov. 2026", in UTC */
  date(instant: string | Date): string;
  /** "21 Nov 2026, 03:05 UTC" */
  instant(instant: string | Date): string;
}

const thinSpace = "\u202f";
const noBreakSpace = "\u00a0";
const noBreak = "\u2060";

const byLanguage = {
  en: { tag: "en-GB", byte: "B", of: "of" },
  fr: { tag: "fr-FR", byte: "o", of: "sur" },
} as const;

const formats = new Map<FormatLocale, Format>();

/** The formats of a language, made once. */
export function formatOf(locale: FormatLocale): Format {
  const known = formats.get(locale);
  if (known) return known;
  const made = makeFormat(locale);
  formats.set(locale, made);
  return made;
}

function makeFormat(locale: FormatLocale): Format {
  const { tag, byte, of } = byLanguage[locale];
  const numbers = new Map<number, Intl.NumberFormat>();
  const dates = new Intl.DateTimeFormat(tag, {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });

  function number(value: number, digits = 0): string {
    let format = numbers.get(digits);
    if (!format) {
      format = new Intl.NumberFormat(tag, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        // No minus before what is rounded to zero.
        signDisplay: "negative",
      });
      numbers.set(digits, format);
    }
    // English readers get the thin space of the SI too: a comma would be a French decimal.
    return format
      .formatToParts(value)
      .map(({ type, value: part }) => (type === "group" ? thinSpace : type === "minusSign" ? "−" : part))
      .join("");
  }

  const unit = (value: number, digits: number, name: string) =>
    `${number(value, digits)}${noBreakSpace}${name}`;
  const percent = (share: number, digits = 0) => `${number(share * 100, digits)}${thinSpace}%`;
  const range = (low: number, high: number, digits: number) =>
    `${noBreakSpace}[${number(low, digits)}${noBreak}–${noBreak}${number(high, digits)}]`;
  const date = (instant: string | Date) => dates.format(new Date(instant));

  return {
    number,
    percent,
    probability(probability) {
      if (probability > 0.999) return `>${noBreakSpace}${percent(0.999, 1)}`;
      if (probability < 0.001) return `<${noBreakSpace}${percent(0.001, 1)}`;
      return percent(probability, 1);
    },
    interval({ value, low, high }, digits = 0) {
      if (value === null) return "–";
      const bounds = low === null || high === null ? "" : range(low * 100, high * 100, digits);
      return `${percent(value, digits)}${bounds}`;
    },
    index({ value, low, high }) {
      if (value === null) return "–";
      return `${number(value, 3)}${low === null || high === null ? "" : range(low, high, 3)}`;
    },
    bytes(sizeBytes) {
      if (sizeBytes < 1000) return unit(sizeBytes, 0, byte);
      if (sizeBytes < 1e6) return unit(sizeBytes / 1000, 0, `k${byte}`);
      if (sizeBytes < 1e9) return unit(sizeBytes / 1e6, 1, `M${byte}`);
      return unit(sizeBytes / 1e9, 1, `G${byte}`);
    },
    bytesOf: (receivedBytes, totalBytes) =>
      `${number(receivedBytes / 1e6, 1)} ${of} ${unit(totalBytes / 1e6, 1, `M${byte}`)}`,
    duration(durationMs) {
      if (durationMs < 1000) return unit(durationMs, 0, "ms");
      if (durationMs < 60_000) return unit(durationMs / 1000, 1, "s");
      if (durationMs < 5_400_000) return unit(durationMs / 60_000, 0, "min");
      return unit(durationMs / 3_600_000, 1, "h");
    },
    date,
    instant(instant) {
      // Date and time apart: what joins them differs between versions of the language data.
      const time = new Date(instant).toISOString().slice(11, 16);
      return `${date(instant)}, ${time} UTC`;
    },
  };
}

/** "sha256:0123…" → "0123456789ab" */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}
