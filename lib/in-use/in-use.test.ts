import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feedbackCsv, statisticsCsv } from "./csv";
import { type FeedbackItem, feedbackIdOf, feedbackItemOf, feedbackItemSchema, hourOf } from "./feedback";
import { feedbackRates } from "./feedback-rates";
import { judgeDrift } from "./judge-drift";
import {
  addCounts,
  countsOf,
  emptyCounts,
  probabilityBin,
  refusalKinds,
  resultsIn,
  speedBin,
  speedBoundsMs,
  statisticsReportSchema,
} from "./statistics";
import { histogramQuantile, quartilesByDay, type StatisticsRow } from "./summaries";

const reading = {
  imageDigest: `sha256:${"ab".repeat(32)}`,
  frame: 0,
  manifestDigest: `sha256:${"cd".repeat(32)}`,
  serial: 7,
  probability: 0.8349213,
  verdict: "PNEUMONIA",
} as const;
const salt = Uint8Array.from({ length: 32 }, (_, i) => i);
const now = new Date("2026-11-21T14:37:52.123Z");
const change = { id: feedbackIdOf(reading, salt), revision: 1, now };

describe("what is sent of a doctor's word", () => {
  it("is the version, the verdict, a rounded probability, a whole hour and a salted id", () => {
    const item = feedbackItemOf(reading, { opinion: "corrected", correctedLabel: "NORMAL" }, change);
    expect(item).toEqual({
      id: change.id,
      revision: 1,
      serial: 7,
      probability: 0.83,
      verdict: "PNEUMONIA",
      hour: "2026-11-21T14:00:00.000Z",
      opinion: "corrected",
      correctedLabel: "NORMAL",
    });
    expect(feedbackItemSchema.parse(item)).toEqual(item);
  });

  const good = feedbackItemOf(reading, { opinion: "agree" }, change);
  it.each<[string, object]>([
    ["a file's name", { ...good, name: "Mustermann.dcm" }],
    ["an image's digest", { ...good, digest: reading.imageDigest }],
    ["an exact time", { ...good, hour: now.toISOString() }],
    ["an exact probability", { ...good, probability: reading.probability }],
    ["a free text", { ...good, comment: "see the left lung" }],
    ["a label with an agreement", { ...good, correctedLabel: "NORMAL" }],
    ["a correction without a label", { ...good, opinion: "corrected" }],
    ["anything with a withdrawal", { ...good, opinion: "withdrawn" }],
  ])("never holds %s", (_, item) => {
    expect(feedbackItemSchema.safeParse(good).success).toBe(true);
    expect(feedbackItemSchema.safeParse(item).success).toBe(false);
  });

  it("rounds every instant down to its hour and every probability to what the schema takes", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (at, probability) => {
          const hour = hourOf(at);
          expect(at.getTime() - Date.parse(hour)).toBeGreaterThanOrEqual(0);
          expect(at.getTime() - Date.parse(hour)).toBeLessThan(3_600_000);
          const item: FeedbackItem = feedbackItemOf(
            { ...reading, probability },
            { opinion: "agree" },
            { ...change, now: at },
          );
          expect(feedbackItemSchema.safeParse(item).error).toBeUndefined();
        },
      ),
    );
  });

  it("has the same id for the same reading here, and another for all else", () => {
    const other = { ...reading, frame: 1 };
    const ids = [
      feedbackIdOf(reading, salt),
      feedbackIdOf(other, salt),
      feedbackIdOf({ ...reading, imageDigest: reading.manifestDigest }, salt),
      feedbackIdOf({ ...reading, manifestDigest: reading.imageDigest }, salt),
      feedbackIdOf(
        reading,
        salt.map((byte) => byte ^ 1),
      ),
    ];
    expect(feedbackIdOf({ ...reading, probability: 0.1 }, salt)).toBe(ids[0]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("statistics", () => {
  const outcome = fc.oneof(
    fc.record({
      backend: fc.constantFrom("webgpu" as const, "wasm" as const),
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
      durationMs: fc.nat(20_000),
    }),
    fc.record({
      backend: fc.constantFrom("webgpu" as const, "wasm" as const),
      refused: fc.constantFrom(...refusalKinds),
    }),
  );

  it("count each outcome once, in any order", () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
        const counts = outcomes.map(countsOf).reduce(addCounts, emptyCounts());
        expect(resultsIn(counts)).toBe(outcomes.length);
        expect(counts.backends.webgpu + counts.backends.wasm).toBe(outcomes.length);
        expect(outcomes.toReversed().map(countsOf).reduce(addCounts, emptyCounts())).toEqual(counts);
      }),
    );
  });

  it("have bins that end where they say", () => {
    expect([0, 0.049, 0.05, 0.5, 0.999, 1].map(probabilityBin)).toEqual([0, 0, 1, 10, 19, 19]);
    expect(speedBoundsMs.map((bound) => [speedBin(bound - 1), speedBin(bound)])).toEqual(
      speedBoundsMs.map((_, i) => [i, i + 1]),
    );
  });

  it("are not taken of fewer than ten results, nor with anything besides", () => {
    const of = (n: number) =>
      Array.from({ length: n }, () => countsOf({ backend: "wasm", probability: 0.3, durationMs: 90 })).reduce(
        addCounts,
        emptyCounts(),
      );
    const report = { id: "0".repeat(32), day: "2026-11-20", serial: 1, counts: of(10) };
    expect(statisticsReportSchema.safeParse(report).success).toBe(true);
    expect(statisticsReportSchema.safeParse({ ...report, counts: of(9) }).success).toBe(false);
    expect(statisticsReportSchema.safeParse({ ...report, browser: "x" }).success).toBe(false);
    expect(statisticsReportSchema.safeParse({ ...report, day: "2026-11-20T10:00:00Z" }).success).toBe(false);
  });
});

describe("drift", () => {
  const limits = { psi: 0.25, ks: 0.15, results: 200 };
  const even = new Array<number>(20).fill(20);
  const high = even.map((_, bin) => (bin < 10 ? 2 : 38));

  it("is judged by both measures, where there is enough to judge by", () => {
    expect(judgeDrift(null, even, limits).state).toBe("no-reference");
    expect(
      judgeDrift(
        even,
        even.map(() => 9),
        limits,
      ),
    ).toEqual({ state: "too-few", results: 180, needed: 200 });
    expect(judgeDrift(even, even, limits).state).toBe("stable");
    expect(judgeDrift(even, high, limits).state).toBe("drifted");
    expect(judgeDrift(even, high, { ...limits, psi: 20 }).state).toBe("drifted");
    expect(judgeDrift(even, high, { ...limits, psi: 20, ks: 0.9 }).state).toBe("stable");
  });

  it("is not what chance makes of few results", () => {
    const few = even.map((_, bin) => (bin % 2 ? 3 : 1));
    const verdict = judgeDrift(even, few, { ...limits, psi: 0.1, results: 30 });
    expect(verdict.state).toBe("stable");
    expect(verdict.state === "stable" && verdict.drift.psi).toBeGreaterThan(0.1);
  });
});

describe("summaries", () => {
  const row = (day: string, probabilities: number[]): StatisticsRow => ({
    day,
    serial: 1,
    reports: 1,
    probabilities,
    refusals: [1, 0, 0, 2],
    backends: [3, 4],
    speeds: new Array<number>(8).fill(0),
  });

  it("take quantiles from a histogram to within a bin", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (values, share) => {
          const counts = values.reduce(
            (bins, value) => bins.with(probabilityBin(value), (bins[probabilityBin(value)] ?? 0) + 1),
            new Array<number>(20).fill(0),
          );
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
          expect(Math.abs(histogramQuantile(counts, share) - exact)).toBeLessThanOrEqual(0.05 + 1e-9);
        },
      ),
    );
  });

  it("list days in order and leave out empty ones", () => {
    const none = new Array<number>(20).fill(0);
    const days = quartilesByDay([
      row("2026-11-02", none.with(10, 4)),
      row("2026-11-01", none.with(0, 4)),
      row("2026-11-03", none),
    ]);
    expect(days.map(({ day, median }) => [day, median])).toEqual([
      ["2026-11-01", 0.025],
      ["2026-11-02", 0.525],
    ]);
  });

  it("give rates with Wilson's intervals", () => {
    const entry = { serial: 2, verdict: "PNEUMONIA", correctedLabel: null } as const;
    const [rates] = feedbackRates([
      { ...entry, opinion: "agree", count: 8 },
      { ...entry, opinion: "disagree", count: 1 },
      { ...entry, opinion: "corrected", correctedLabel: "NORMAL", count: 1 },
    ]);
    expect(rates).toMatchObject({ given: 10, agreed: 8, disagreed: 2, corrected: { NORMAL: 1, OTHER: 0 } });
    // scipy 1.17.1: stats.binomtest(8, 10).proportion_ci(method="wilson")
    expect(rates?.agreement.low).toBeCloseTo(0.49016247, 6);
    expect(rates?.agreement.high).toBeCloseTo(0.94331784, 6);
  });

  it("export names that cannot become formulas", () => {
    const names = new Map([[1, "=1+1"]]);
    expect(
      feedbackCsv(
        feedbackRates([{ serial: 1, verdict: "NORMAL", opinion: "agree", correctedLabel: null, count: 1 }]),
        names,
      ),
    ).toContain(`"'=1+1",1,1,1,0`);
    const [head, line] = statisticsCsv([row("2026-11-01", new Array<number>(20).fill(5))], names).split(
      "\r\n",
    );
    expect(line?.split(",")).toHaveLength(head?.split(",").length ?? 0);
    expect(line).toContain(",1,0,0,2,3,4,");
  });
});
