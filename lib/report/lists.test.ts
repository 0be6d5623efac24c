import { readFileSync } from "node:fs";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { type CaseReport, withoutIdentity } from "./case-report";
import { writeReadingsCsv } from "./list-csv";
import { readingsJsonSchema, readingsSchema, writeReadingsJson } from "./list-json";
import { exampleReport, identifying } from "./report.fixture";

const refused = exampleReport({
  number: 4,
  outcome: "refused",
  prediction: null,
  refusal: [{ kind: "unlike-training", value: 31.5, limit: 12 }],
});
const failed = exampleReport({
  number: 5,
  outcome: "failed",
  prediction: null,
  failure: { code: "IMAGE_CORRUPT", message: `${identifying.fileName} is damaged` },
});
const reports = [exampleReport(), refused, failed];

function rowsOf(text: string): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

/** What names the person, with the parts of each name by themselves. */
const secrets = [...Object.values(identifying), "Dupont", "DUPONT", "Élodie", "Martin"];

function leaks(text: string): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

describe("CSV", () => {
  it("has a row per reading, with numbers that read back exactly", () => {
    const text = writeReadingsCsv(reports, { includeIdentity: false, byteOrderMark: false });
    const rows = rowsOf(text);
    expect(rows.map((row) => [row.number, row.outcome, row.probability, row.error_code])).toEqual([
      ["3", "ok", "0.9134", ""],
      ["4", "refused", "", ""],
      ["5", "failed", "", "IMAGE_CORRUPT"],
    ]);
    expect(rows[0]).toMatchObject({
      threshold: "0.42",
      uncertain: "false",
      model_version: "v2",
      cautions: "view: LL",
    });
    expect(rows[1]?.refusal_reasons).toBe("unlike-training");
    expect(text.split("\r\n")).toHaveLength(5);
  });

  it("names nobody unless asked", () => {
    expect(leaks(writeReadingsCsv(reports, { includeIdentity: false, byteOrderMark: true }))).toEqual([]);
    const asked = writeReadingsCsv(reports, { includeIdentity: true, byteOrderMark: true });
    expect(rowsOf(asked.slice(1))[0]).toMatchObject({
      file_name: identifying.fileName,
      patient_name: identifying.patientName,
      accession_number: identifying.accessionNumber,
    });
  });

  it("starts with a byte order mark where asked", () => {
    const bytes = new TextEncoder().encode(
      writeReadingsCsv([], { includeIdentity: false, byteOrderMark: true }),
    );
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  it.each([
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    " =1+1",
    "\u00a0=1",
    "\r\n=1",
    "\uff1d1+1",
    "\u0000=1",
  ])("disarms %j", (name) => {
    const base = exampleReport();
    const report: CaseReport = { ...base, identity: base.identity && { ...base.identity, fileName: name } };
    const cell = rowsOf(writeReadingsCsv([report], { includeIdentity: true, byteOrderMark: false }))[0]
      ?.file_name;
    expect(cell?.startsWith("'")).toBe(true);
  });

  it("keeps negative numbers, commas, quotes and line breaks apart", () => {
    const base = exampleReport();
    const report: CaseReport = {
      ...base,
      prediction: base.prediction && { ...base.prediction, logit: -1.5e-7 },
      identity: base.identity && { ...base.identity, folder: 'a "b", c\nd;e' },
    };
    const row = rowsOf(writeReadingsCsv([report], { includeIdentity: true, byteOrderMark: false }))[0];
    expect(Number(row?.logit)).toBe(-1.5e-7);
    expect(row?.folder).toBe('a "b", c d;e');
  });
});

describe("JSON", () => {
  const options = { disclaimer: "Research use.", createdAt: "2026-11-21T09:00:00.000Z" };

  it("is what its schema says and loses nothing", () => {
    const file = readingsSchema.parse(
      JSON.parse(writeReadingsJson(reports, { ...options, includeIdentity: true })),
    );
    expect(file.readings).toEqual(reports);
    expect(file).toMatchObject({ schema: "pneumoscope.readings/1", includesIdentity: true });
  });

  it("names nobody unless asked", () => {
    const text = writeReadingsJson(reports, { ...options, includeIdentity: false });
    expect(leaks(text)).toEqual([]);
    expect(readingsSchema.parse(JSON.parse(text)).readings).toEqual(reports.map(withoutIdentity));
  });

  it("refuses to write what breaks its schema", () => {
    const broken = exampleReport({ number: 0 });
    expect(() => writeReadingsJson([broken], { ...options, includeIdentity: false })).toThrow(/number/);
  });

  it("has its schema published (npx tsx scripts/readings-schema.ts writes it)", () => {
    const url = new URL("../../public/models/readings.schema.json", import.meta.url);
    expect(JSON.parse(readFileSync(url, "utf8"))).toEqual(readingsJsonSchema());
  });
});
