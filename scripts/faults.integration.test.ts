import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { Fault, TrialPlan } from "./faults/plan";
import { runTrials } from "./faults/run-trials";
import { summarise } from "./faults/summary";

// A few trials with several faults each; npm run faults runs hundreds with one or two.
function plan(index: number, runner: TrialPlan["runner"], faults: Fault[]): TrialPlan {
  return { seed: 0, index, scenario: "promote", runner, faults, awayMs: 50 };
}

const entering = (stage: "look" | "evaluate" | "publish") =>
  ({ stage, moment: "entering", fraction: 0 }) as const;
const half = (stage: "decide" | "publish" | "record") =>
  ({ stage, moment: "inside", fraction: 0.5 }) as const;

const plans = [
  plan(0, "in-process", [
    { kind: "second scheduler", at: entering("look") },
    { kind: "kill", target: "trainer", at: { job: "train", fraction: 0.5 }, part: false },
    { kind: "kill", target: "database", at: entering("evaluate"), part: false },
    { kind: "kill", target: "web", at: half("publish"), part: false },
  ]),
  plan(1, "in-process", [
    { kind: "clock", days: -3, whose: "both", at: entering("look") },
    { kind: "disk full", disk: "files", at: half("record") },
  ]),
  plan(2, "inngest", [
    { kind: "callbacks", fault: "repeated" },
    { kind: "kill", target: "web", at: { job: "train", fraction: 0.4 }, part: false },
  ]),
];

// Which processes belong to a trial is read from /proc.
it.skipIf(process.platform !== "linux")(
  "nothing is lost in a few trials, and what is lost on purpose is noticed",
  async () => {
    const results = await runTrials(plans, {
      async beforeChecks({ plan: { index }, sql, data }) {
        if (index !== 2) return;
        await sql`update model_versions set state = 'champion'`;
        await sql`update training_runs set state = 'failed', error_code = null where state = 'skipped'`;
        await sql`update alpha_ledger set level = 0.5`;
        const folder = path.join(data, "artifacts", "sha256");
        const [first = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
          (name) => name.length > 60,
        );
        writeFileSync(path.join(folder, first), "other bytes");
      },
    });
    const [first, second, third] = results;
    expect([first?.problems, second?.problems]).toEqual([[], []]);
    expect([first?.fired, second?.fired, third?.fired]).toEqual([4, 2, 2]);
    expect(first?.end).toMatch(/^succeeded/);
    const noticed = third?.problems.join("\n");
    for (const rule of [
      /one champion at every commit: 2 champions/,
      /2 versions are marked as champion/,
      /an ended run stays ended/,
      /schedule:2026-11-22 failed without a code/,
      /look 1 was changed/,
      /holds other bytes than its name says/,
    ])
      expect(noticed).toMatch(rule);
    expect(summarise(results, 0)).toMatchObject({ trials: 3, passed: 2, failed: [{ index: 2 }] });
  },
  300_000,
);
