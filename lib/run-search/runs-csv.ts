import Papa from "papaparse";
import { formulaCell } from "@/lib/formula-cell";

/** A run as the exported table has it; instants in ISO 8601, durations in ms. */
export interface RunCsvRow {
  id: string;
  state: string;
  stage: string | null;
  preset: string;
  engine: string | null;
  trigger: string;
  requestedBy: string | null;
  datasetDigest: string | null;
  tags: readonly string[];
  outcome: string | null;
  auc: number | null;
  version: string | null;
  createdAt: Date;
  startedAt: Date | null;
  durationMs: number | null;
  reason: string | null;
}

const csvColumns = {
  run: (run) => run.id,
  state: (run) => run.state,
  stage: (run) => run.stage,
  preset: (run) => run.preset,
  engine: (run) => run.engine,
  started_by: (run) => run.requestedBy ?? run.trigger,
  dataset: (run) => run.datasetDigest,
  tags: (run) => run.tags.join(", "),
  decision: (run) => run.outcome,
  auc: (run) => run.auc,
  version: (run) => run.version,
  created: (run) => run.createdAt.toISOString(),
  started: (run) => run.startedAt?.toISOString(),
  duration_ms: (run) => run.durationMs,
  reason: (run) => run.reason,
} satisfies Record<string, (run: RunCsvRow) => string | number | null | undefined>;

/** RFC 4180 with a header where asked; what a spreadsheet would run as a formula is quoted as text. */
export function runsToCsv(runs: readonly RunCsvRow[], { header }: { header: boolean }): string {
  const fields = Object.keys(csvColumns) as (keyof typeof csvColumns)[];
  const data = runs.map((run) => fields.map((field) => csvColumns[field](run) ?? ""));
  if (data.length === 0 && !header) return "";
  const text = Papa.unparse(header ? { fields, data } : data, {
    escapeFormulae: formulaCell,
    newline: "\r\n",
  });
  return `${text.trimEnd()}\r\n`;
}
