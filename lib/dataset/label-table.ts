import Papa from "papaparse";
import { type Split, splitSchema } from "@/lib/training/job";
import { normalisePath } from "./build-listing";
import { classNames, type DatasetCase, invalid } from "./listing";

/** What a table says of one image; `path` is relative to the folder of the images. */
export interface LabelledPath {
  path: string;
  label: DatasetCase["label"];
  patientId?: string;
  split?: Split;
}

/** The table's name in a dataset folder. */
export const labelTableName = "labels.csv";

const columns = ["file", "label", "patient", "split"] as const;

/**
 * Reads a CSV table with a header: `file` and `label` (NORMAL or 0, PNEUMONIA or 1), and where they are known `patient`
 * and `split` (train, validation or val, test). Other columns are ignored; cells may be empty in the last two.
 * @param name of the table, for messages
 * @throws DATASET_INVALID naming the line
 */
export function parseLabelTable(text: string, name: string): LabelledPath[] {
  const { data, errors, meta } = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: "greedy",
    transformHeader: (header) => header.trim().toLowerCase(),
    transform: (cell) => cell.trim(),
  });
  for (const column of columns.slice(0, 2))
    if (!meta.fields?.includes(column))
      throw invalid(
        `${name} has no column “${column}”; its first line names the columns ${columns.join(",")}`,
      );
  // Cells may be left off at a row's end, and a table of one column has no delimiter to be told.
  const broken = errors.find(({ type, code }) => type !== "Delimiter" && code !== "TooFewFields");
  if (broken) throw invalid(`${name}, around row ${(broken.row ?? 0) + 1}: ${broken.message}`);
  const seen = new Set<string>();
  return data.map((row, index) => {
    const at = `${name}, row ${index + 1}`;
    const labelled = labelledPath(row, at);
    if (seen.has(labelled.path)) throw invalid(`${at} names ${labelled.path} a second time`);
    seen.add(labelled.path);
    return labelled;
  });
}

/** The table of these cases, as parseLabelTable reads it. */
export function writeLabelTable(cases: readonly DatasetCase[]): string {
  const rows = cases.map(({ path, label, patientId, split }) => [path, classNames[label], patientId, split]);
  return `${Papa.unparse([[...columns], ...rows], { newline: "\n" })}\n`;
}

function labelledPath(row: Record<string, string>, at: string): LabelledPath {
  const path = normalisePath(row.file ?? "");
  if (path === "") throw invalid(`${at} names no file`);
  const label = labelOf(row.label ?? "");
  if (label === null)
    throw invalid(`${at} (${path}) has the label “${row.label}”; it is NORMAL or 0, PNEUMONIA or 1`);
  const split = row.split ? splitOf(row.split) : undefined;
  if (split === null)
    throw invalid(`${at} (${path}) has the split “${row.split}”; it is train, validation or test, or empty`);
  return { path, label, ...(row.patient ? { patientId: row.patient } : {}), ...(split ? { split } : {}) };
}

function labelOf(text: string): DatasetCase["label"] | null {
  const name = text.toUpperCase();
  if (name === classNames[0] || name === "0") return 0;
  return name === classNames[1] || name === "1" ? 1 : null;
}

function splitOf(text: string): Split | null {
  const name = text.toLowerCase();
  return splitSchema.safeParse(name === "val" ? "validation" : name).data ?? null;
}
