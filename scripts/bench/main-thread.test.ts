import { expect, it } from "vitest";
import { longestMainThreadTask, type TraceEvent } from "./main-thread";

const event = (name: string, ts: number, more: Partial<TraceEvent> = {}): TraceEvent => ({
  name,
  ph: "X",
  pid: 1,
  tid: 1,
  ts,
  ...more,
});
const marks = { from: "begin", to: "end" };

it("finds the longest task of the marked thread that overlaps the marked time", () => {
  const trace = [
    event("RunTask", 0, { dur: 90_000 }),
    event("RunTask", 95_000, { dur: 20_000, tdur: 15_000 }),
    event("begin", 100_000),
    event("RunTask", 120_000, { dur: 30_500, tdur: 12_000 }),
    event("RunTask", 120_000, { dur: 400_000, tid: 2 }),
    event("RunTask", 120_000, { dur: 400_000, pid: 3 }),
    event("OtherWork", 160_000, { dur: 80_000 }),
    event("end", 200_000),
    event("RunTask", 210_000, { dur: 300_000 }),
  ];
  expect(longestMainThreadTask(trace, marks)).toEqual({ wallMs: 30.5, cpuMs: 15 });
  expect(longestMainThreadTask(trace.slice(0, 3).concat(event("end", 110_000)), marks).wallMs).toBe(20);
});

it("refuses a trace that cannot answer", () => {
  expect(() => longestMainThreadTask([event("begin", 1), event("RunTask", 2, { dur: 3 })], marks)).toThrow();
  expect(() => longestMainThreadTask([event("begin", 1), event("end", 2)], marks)).toThrow();
});
