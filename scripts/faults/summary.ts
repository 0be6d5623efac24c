import { describePlan, type Fault } from "./plan";
import type { TrialResult } from "./trial";

export interface FaultSummary {
  seed: number;
  trials: number;
  passed: number;
  /** Trials of each kind of fault: how the first day's run ended, and the time they took. */
  kinds: { kind: string; trials: number; completed: number; endedWithReason: number; medianMs: number }[];
  medianMs: number;
  slowestMs: number;
  failed: { index: number; plan: string; problems: string[] }[];
}

export function summarise(results: readonly TrialResult[], seed: number): FaultSummary {
  const byKind = new Map<string, TrialResult[]>();
  for (const result of results) {
    const kind = result.plan.faults.map(kindOf).join(", then ");
    byKind.set(kind, [...(byKind.get(kind) ?? []), result]);
  }
  const failed = results.filter(({ problems }) => problems.length > 0);
  return {
    seed,
    trials: results.length,
    passed: results.length - failed.length,
    kinds: [...byKind]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([kind, of]) => ({
        kind,
        trials: of.length,
        completed: of.filter(({ end }) => end.startsWith("succeeded")).length,
        endedWithReason: of.filter(({ end }) => /^(failed|cancelled)/.test(end)).length,
        medianMs: median(of.map(({ durationMs }) => durationMs)),
      })),
    medianMs: median(results.map(({ durationMs }) => durationMs)),
    slowestMs: Math.max(0, ...results.map(({ durationMs }) => durationMs)),
    failed: failed.map(({ plan, problems }) => ({ index: plan.index, plan: describePlan(plan), problems })),
  };
}

function kindOf(fault: Fault): string {
  if (fault.kind === "kill") return `kill ${fault.target}`;
  if (fault.kind === "disk full") return `${fault.disk} disk full`;
  if (fault.kind === "clock") return `clock ${fault.days > 0 ? "forwards" : "backwards"}`;
  if (fault.kind === "callbacks") return `callbacks ${fault.fault}`;
  return fault.kind;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function summaryTable(summary: FaultSummary): string {
  const rows = summary.kinds.map(({ kind, trials, completed, endedWithReason, medianMs }) =>
    [kind, trials, completed, endedWithReason, (medianMs / 1000).toFixed(1)].join(" | "),
  );
  return [
    "| fault | trials | run completed | run ended with a reason | median s |",
    "|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
    "",
    `${summary.passed} of ${summary.trials} trials passed (seed ${summary.seed}); median ${(summary.medianMs / 1000).toFixed(1)} s, slowest ${(summary.slowestMs / 1000).toFixed(1)} s.`,
    "",
  ].join("\n");
}
