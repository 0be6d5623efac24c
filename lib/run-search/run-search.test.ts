import fc from "fast-check";
import { expect, it } from "vitest";
import { shareDone, trainingLeftMs } from "./progress";
import {
  countFilters,
  emptyRunSearch,
  runSearchFromParams,
  runSearchSchema,
  runSearchToParams,
  sortColumns,
} from "./run-search";
import { runStates } from "./run-states";
import { type RunCsvRow, runsToCsv } from "./runs-csv";

const searches = fc.record({
  text: fc.string({ maxLength: 40 }).map((text) => text.trim()),
  states: fc.uniqueArray(fc.constantFrom(...runStates)),
  tags: fc.uniqueArray(fc.constantFrom("a", "for the paper", "=1+1"), { maxLength: 3 }),
  since: fc.constantFrom("2026-01-31", null),
  sort: fc.uniqueArray(fc.record({ column: fc.constantFrom(...sortColumns), descending: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ column }) => column,
  }),
});

it("comes back from an address as it was", () => {
  fc.assert(
    fc.property(searches, (given) => {
      const search = runSearchSchema.parse(given);
      const address = runSearchToParams(search).toString();
      expect(runSearchFromParams(new URLSearchParams(address))).toEqual(search);
    }),
  );
  expect(runSearchToParams(emptyRunSearch).toString()).toBe("");
});

it("leaves out what an address gets wrong, and keeps the rest", () => {
  const address = `states=running,flying&since=tomorrow&dataset=sha256:1&sort=-size&text=${"x".repeat(101)}&presets=demo`;
  expect(runSearchFromParams(new URLSearchParams(address))).toEqual({ ...emptyRunSearch, presets: ["demo"] });
  expect(countFilters(runSearchFromParams(new URLSearchParams("presets=demo&text=x")))).toBe(2);
});

const run: RunCsvRow = {
  id: "run-1",
  state: "failed",
  stage: "train",
  preset: "demo",
  engine: null,
  trigger: "person",
  requestedBy: "ada@example.org",
  datasetDigest: null,
  tags: ["=1+1", "b"],
  outcome: null,
  auc: null,
  version: null,
  createdAt: new Date("2026-11-21T03:00:00Z"),
  startedAt: null,
  durationMs: null,
  reason: '\t-2+3 "quoted",\nand a line',
};

it("exports text that no spreadsheet runs", () => {
  const [header, line, rest] = runsToCsv([run], { header: true }).split("\r\n");
  expect(header).toBe(
    "run,state,stage,preset,engine,started_by,dataset,tags,decision,auc,version,created,started,duration_ms,reason",
  );
  expect(line).toBe(
    `run-1,failed,train,demo,,ada@example.org,,"'=1+1, b",,,,2026-11-21T03:00:00.000Z,,,"'\t-2+3 ""quoted"",\nand a line"`,
  );
  expect(rest).toBe("");
  expect(runsToCsv([], { header: true }).split("\r\n")).toHaveLength(2);
  expect(runsToCsv([], { header: false })).toBe("");
});

it("knows how much is done and left", () => {
  const training = { phase: "train", epoch: 2, epochs: 4, done: 50, total: 100, imagesPerSecond: 10 };
  expect(shareDone(training)).toBe(0.375);
  expect(shareDone({ ...training, phase: "validate" })).toBe(0.5);
  expect(shareDone({ phase: "load", done: 0, total: 0 })).toBe(0);
  expect(trainingLeftMs(training)).toBe(25_000);
  expect(trainingLeftMs({ ...training, phase: "load" })).toBeNull();
});
