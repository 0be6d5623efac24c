import type { Action, ArmedFault, Trigger } from "./armed";
import type { Fault, FaultPoint, KillTarget } from "./plan";

/** What an undisturbed trial of the same scenario did. */
export interface Reference {
  /** Events of the web process by stage. */
  counts: Record<string, number>;
  weightsDigest: string | null;
}

/** Events of a job's process, as job-process.ts counts them. */
const jobEvents = { train: 15, evaluate: 2 } as const;

const mark = { kind: "mark", waitMs: 0 } as const;

const victims: Record<KillTarget, Extract<Action, { kind: "kill" }>["victims"]> = {
  web: ["web"],
  trainer: ["trainer"],
  job: ["job"],
  database: ["database"],
  "web and database": ["database", "web"],
  everything: ["trainer", "database", "web"],
};

/** Turns «inside this stage at 40 %» into the number of an event, by what the reference counted. */
export function armFaults(
  faults: readonly Fault[],
  reference: Reference | null,
  place: { folder: string; data: string; serverFolder: string; canMount: boolean },
): ArmedFault[] {
  return faults.flatMap((fault, id) =>
    fault.kind === "callbacks"
      ? []
      : [{ id, trigger: triggerOf(fault.at, id, reference), action: actionOf(fault, place) }],
  );
}

function triggerOf(point: FaultPoint, id: number, reference: Reference | null): Trigger {
  if ("eventsAfter" in point) return { after: id - 1, event: point.eventsAfter };
  if ("job" in point) return { job: point.job, event: Math.floor(point.fraction * jobEvents[point.job]) };
  const last = Math.max(0, (reference?.counts[point.stage] ?? 1) - 1);
  const inside = Math.min(last, 1 + Math.floor(point.fraction * Math.max(0, last - 1)));
  return { stage: point.stage, event: { entering: 0, inside, leaving: last }[point.moment] };
}

function actionOf(
  fault: Exclude<Fault, { kind: "callbacks" }>,
  place: { data: string; serverFolder: string; canMount: boolean },
): Action {
  if (fault.kind === "kill") {
    if (fault.target === "database" && fault.part) return { kind: "kill", victims: ["backend"] };
    return { kind: "kill", victims: victims[fault.target] };
  }
  if (fault.kind === "disk full") {
    if (fault.disk === "files") return { kind: "fill", folder: place.data, real: place.canMount };
    return place.canMount ? { kind: "fill", folder: place.serverFolder, real: true } : mark;
  }
  // The event may be inside a transaction that the cancel waits for.
  return fault.kind === "cancel" ? { ...mark, waitMs: 1_000 } : mark;
}
