import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { eventsToCsv } from "./audit/csv";
import { listingCsv } from "./dataset/listing-csv";
import { statisticsCsv } from "./in-use/csv";
import { runsToCsv } from "./run-search/runs-csv";

const digest = `sha256:${"0".repeat(64)}` as const;
const run = { stage: null, engine: null, datasetDigest: null, outcome: null, auc: null, version: null };
const times = { createdAt: new Date(0), startedAt: null, durationMs: null };
const counts = { reports: 1, probabilities: [], refusals: [], backends: [], speeds: [] };

/** Every table that a server or a page writes, with a text of someone's choice in it. */
const tables: [string, (text: string) => string][] = [
  [
    "the audit trail",
    (text) =>
      eventsToCsv(
        [{ id: 1, at: new Date(0), action: text, actor: text, entityId: text, details: {}, hash: null }],
        { header: true },
      ),
  ],
  [
    "the runs",
    (text) =>
      runsToCsv(
        [
          {
            ...run,
            ...times,
            id: text,
            state: "failed",
            preset: text,
            trigger: text,
            requestedBy: text,
            tags: [text],
            reason: text,
          },
        ],
        { header: true },
      ),
  ],
  [
    "a listing",
    (text) =>
      listingCsv({
        cases: [{ path: text, label: 0, patientId: text, split: "train", digest, sizeBytes: 1 }],
      } as never),
  ],
  [
    "doctors' statistics",
    (text) => statisticsCsv([{ ...counts, day: text, serial: 1 }], new Map([[1, text]])),
  ],
];

describe.each(tables)("%s", (_, write) => {
  it.each([
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r\n=1",
    " =1",
    "\u200b=1",
    "\ufeff@x",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    '=HYPERLINK("https://evil.example")',
  ])("takes %j for text", (text) => {
    const cells = Papa.parse<string[]>(write(text)).data.slice(1).flat();
    expect(cells.some((cell) => cell.includes(text))).toBe(true);
    for (const cell of cells.filter((one) => one.includes(text))) expect(cell).toBe(`'${text}`);
  });
});

it("has its head where there is no event", () => {
  expect(eventsToCsv([], { header: true })).toBe("id,at,action,actor,entity,details,hash\r\n");
  expect(eventsToCsv([], { header: false })).toBe("");
});
