import Papa from "papaparse";
import { formulaCell } from "@/lib/formula-cell";
import { type CaseReport, withoutIdentity } from "./case-report";

export interface CsvOptions {
  includeIdentity: boolean;
  /** A byte order mark at the start, without which Excel reads UTF-8 as something else. */
  byteOrderMark: boolean;
}

type Cell = string | number | boolean | null;

/** Column name → its value in a report. Names are stable: readers of the file rely on them. */
const columns: Record<string, (report: CaseReport) => Cell> = {
  number: (report) => report.number,
  outcome: (report) => report.outcome,
  label: (report) => report.prediction?.label ?? null,
  probability: (report) => report.prediction?.probability ?? null,
  threshold: (report) => report.prediction?.threshold ?? null,
  uncertain: (report) => report.prediction?.uncertain ?? null,
  logit: (report) => report.prediction?.logit ?? null,
  cautions: (report) => report.cautions.map(({ kind, value }) => `${kind}: ${value}`).join("; "),
  refusal_reasons: (report) => report.refusal.map(({ kind }) => kind).join("; "),
  error_code: (report) => report.failure?.code ?? null,
  file_digest: (report) => report.file.digest,
  size_bytes: (report) => report.file.sizeBytes,
  format: (report) => report.file.format,
  width: (report) => report.file.width,
  height: (report) => report.file.height,
  frame: (report) => report.file.frame,
  frame_count: (report) => report.file.frameCount,
  synthetic: (report) => report.file.synthetic,
  model_version: (report) => report.model?.version ?? null,
  model_serial: (report) => report.model?.serial ?? null,
  manifest_digest: (report) => report.model?.manifestDigest ?? null,
  weights_digest: (report) => report.model?.weightsDigest ?? null,
  model_revoked: (report) => (report.model ? report.model.revoked !== null : null),
  revocation_reason: (report) => report.model?.revoked?.reason ?? null,
  backend: (report) => report.prediction?.backend ?? null,
  read_at: (report) => report.readAt,
};

const identityColumns: Record<string, (report: CaseReport) => Cell> = {
  file_name: (report) => report.identity?.fileName ?? null,
  folder: (report) => report.identity?.folder ?? null,
  patient_name: (report) => report.identity?.patientName ?? null,
  patient_id: (report) => report.identity?.patientId ?? null,
  birth_date: (report) => report.identity?.birthDate ?? null,
  sex: (report) => report.identity?.sex ?? null,
  accession_number: (report) => report.identity?.accessionNumber ?? null,
  study_date: (report) => report.identity?.studyDate ?? null,
  study_uid: (report) => report.identity?.studyUid ?? null,
  series_uid: (report) => report.identity?.seriesUid ?? null,
  instance_uid: (report) => report.identity?.instanceUid ?? null,
  error_message: (report) => report.failure?.message ?? null,
};

/**
 * The list as RFC 4180 CSV: comma, CRLF, dot as decimal sign in every language, ISO dates. Text cells that a
 * spreadsheet would run as a formula get an apostrophe in front, and line breaks inside a cell become spaces.
 */
export function writeReadingsCsv(reports: readonly CaseReport[], options: CsvOptions): string {
  const chosen = options.includeIdentity ? { ...columns, ...identityColumns } : columns;
  const names = Object.keys(chosen);
  const rows = reports.map((report) => {
    const told = options.includeIdentity ? report : withoutIdentity(report);
    return Object.values(chosen).map((cellOf) => oneLine(cellOf(told)));
  });
  const text = Papa.unparse({ fields: names, data: rows }, { newline: "\r\n", escapeFormulae: formulaCell });
  return `${options.byteOrderMark ? "\ufeff" : ""}${text}\r\n`;
}

function oneLine(cell: Cell): Cell {
  return typeof cell === "string" ? cell.replace(/[\r\n\t\0]+/g, " ") : cell;
}
