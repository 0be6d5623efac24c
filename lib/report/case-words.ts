/** A reading in the words of one language, already formatted: what the page, the print and the PDF show. */
export interface CaseWords {
  language: "en" | "fr";
  title: string;
  /** Which case it is: number and digest, or the name asked for. */
  subject: string;
  /** One line that stands above everything. */
  researchUse: string;
  disclaimer: string;
  verdict: { label: string; heading: string; probability: string | null };
  scale: ScaleWords | null;
  /** What the result means, what speaks against it, or why there is none. */
  sentences: string[];
  warnings: string[];
  imageCaption: string;
  mapCaption: string | null;
  identity: [label: string, value: string][];
  details: [label: string, value: string][];
  footer: string;
  /** Product, model and day, for a caption. */
  footerShort: string;
}

/** Every text of a report, to see which letters it needs. */
export function wordsText(words: CaseWords): string[] {
  return Object.values(words).flatMap((value) => JSON.stringify(value) ?? "");
}

export interface ScaleWords {
  /** 0 to 1 */
  probability: number;
  threshold: number;
  band: { low: number; high: number } | null;
  thresholdLabel: string;
  probabilityLabel: string;
  bandLabel: string | null;
  start: string;
  end: string;
}
