import { expect, it } from "vitest";
import { timingOf } from "./percentiles";
import { readPlans, sequentialScans } from "./plans";

it("takes percentiles by nearest rank", () => {
  const timing = timingOf(
    "a page",
    Array.from({ length: 100 }, (_, index) => 100 - index),
  );
  expect(timing).toEqual({ name: "a page", p50: 50, p95: 95, p99: 99, asked: 100 });
  expect(timingOf("once", [7])).toMatchObject({ p50: 7, p95: 7, p99: 7 });
  expect(() => timingOf("never", [])).toThrow(RangeError);
});

const log = `2026-11-21 12:00:00 UTC [7] LOG:  duration: 12.345 ms  plan:
\t{
\t  "Query Text": "select *\\n from audit_events where actor = $1",
\t  "Plan": {
\t    "Node Type": "Limit",
\t    "Plans": [
\t      { "Node Type": "Seq Scan", "Relation Name": "audit_events", "Actual Rows": 5, "Actual Loops": 1, "Rows Removed by Filter": 999995 },
\t      { "Node Type": "Seq Scan", "Relation Name": "users", "Actual Rows": 3, "Actual Loops": 1 }
\t    ]
\t  }
\t}
2026-11-21 12:00:01 UTC [7] LOG:  checkpoint starting: time
2026-11-21 12:00:02 UTC [7] LOG:  duration: 0.2 ms  plan:
\t{ "Query Text": "select 1 from audit_events limit 1", "Plan": { "Node Type": "Limit", "Plans": [
\t  { "Node Type": "Seq Scan", "Relation Name": "audit_events", "Actual Rows": 1, "Actual Loops": 1 } ] } }
`;

it("finds in the server's log which statements read whole large tables", () => {
  const plans = readPlans(log);
  expect(plans.map(({ durationMs }) => durationMs)).toEqual([12.345, 0.2]);
  const rowsOf = new Map([
    ["audit_events", 1_000_000],
    ["users", 200],
  ]);
  expect(sequentialScans(plans, rowsOf, 5_000)).toEqual([
    {
      table: "audit_events",
      rowsRead: 1_000_000,
      durationMs: 12.345,
      statement: "select * from audit_events where actor = $1",
    },
  ]);
});
