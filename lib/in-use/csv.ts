import Papa from "papaparse";
import { formulaCell } from "@/lib/formula-cell";
import type { FeedbackRates } from "./feedback-rates";
import { backendNames, refusalKinds, speedBoundsMs } from "./statistics";
import type { StatisticsRow } from "./summaries";

type Names = ReadonlyMap<number, string>;

function write(rows: Record<string, string | number | null>[], columns: string[]): string {
  const text = Papa.unparse(rows, { columns, newline: "\r\n", escapeFormulae: formulaCell });
  return `\ufeff${text}\r\n`;
}

/** Doctors' feedback by version as RFC 4180 CSV; shares with their 95 % intervals, dot as decimal sign. */
export function feedbackCsv(feedback: readonly FeedbackRates[], names: Names): string {
  const columns = [
    "version",
    "serial",
    "answers",
    "agreed",
    "disagreed",
    "corrected_normal",
    "corrected_pneumonia",
    "corrected_other",
    "agreement",
    "agreement_low",
    "agreement_high",
  ];
  const rows = feedback.map(({ serial, given, agreed, disagreed, corrected, agreement }) => ({
    version: names.get(serial) ?? "",
    serial,
    answers: given,
    agreed,
    disagreed,
    corrected_normal: corrected.NORMAL,
    corrected_pneumonia: corrected.PNEUMONIA,
    corrected_other: corrected.OTHER,
    agreement: agreement.value,
    agreement_low: agreement.low,
    agreement_high: agreement.high,
  }));
  return write(rows, columns);
}

/** The shared statistics as CSV, a line for each day and version. */
export function statisticsCsv(days: readonly StatisticsRow[], names: Names): string {
  const bins = Array.from({ length: 20 }, (_, bin) => `p_${(bin / 20).toFixed(2)}`);
  const speeds = ["0", ...speedBoundsMs].map((from) => `from_${from}_ms`);
  const refused = refusalKinds.map((kind) => `refused_${kind}`);
  const columns = ["day", "version", "serial", "reports", ...bins, ...refused, ...backendNames, ...speeds];
  const rows = days.map(({ day, serial, reports, probabilities, refusals, backends, speeds: times }) => ({
    day,
    version: names.get(serial) ?? "",
    serial,
    reports,
    ...named(bins, probabilities),
    ...named(refused, refusals),
    ...named(backendNames, backends),
    ...named(speeds, times),
  }));
  return write(rows, columns);
}

function named(names: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0]));
}
