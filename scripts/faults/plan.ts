import { type RunStage, runStages } from "@/drizzle/schema";
import { createRandom, type Random } from "@/lib/random";

/** What the loop would do if nothing happened. */
export const scenarios = ["promote", "keep", "review"] as const;
export type Scenario = (typeof scenarios)[number];

/** "start": before the run begins, while the processes come up and repair what is left. */
export const faultStages = ["start", ...runStages] as const;
export type FaultStage = "start" | RunStage;

/** At the stage's first event, somewhere between, or at its last. An event is an SQL statement, a file, a request. */
export const moments = ["entering", "inside", "leaving"] as const;

/** Where in the web process's run something happens. */
export interface StagePoint {
  stage: FaultStage;
  moment: (typeof moments)[number];
  /** For "inside": how far, 0 to 1. */
  fraction: number;
}

/** Where in a job's own process something happens; `fraction` of its events. */
export interface JobPoint {
  job: "train" | "evaluate";
  fraction: number;
}

/** So many events of the web process after the fault before this one. */
export interface AfterFault {
  eventsAfter: number;
}

export type FaultPoint = StagePoint | JobPoint | AfterFault;

export const killTargets = ["web", "trainer", "job", "database", "web and database", "everything"] as const;
export type KillTarget = (typeof killTargets)[number];

export const callbackFaults = ["dropped", "repeated", "reordered", "before the wait", "forged"] as const;
export type CallbackFault = (typeof callbackFaults)[number];

export type Fault =
  | {
      kind: "kill";
      target: KillTarget;
      at: FaultPoint /** Of the database: one server process, or all. */;
      part: boolean;
    }
  | { kind: "disk full"; disk: "files" | "database"; at: FaultPoint }
  | { kind: "clock"; days: number; whose: "web" | "trainer" | "both"; at: FaultPoint }
  | { kind: "second scheduler"; at: FaultPoint }
  /** A person cancels the run. */
  | { kind: "cancel"; at: FaultPoint }
  | { kind: "callbacks"; fault: CallbackFault };

/** One trial: what runs and what happens to it. The same seed and index give the same plan. */
export interface TrialPlan {
  seed: number;
  index: number;
  scenario: Scenario;
  /** What runs the loop: the web process itself, or an engine that calls its Inngest function. */
  runner: "in-process" | "inngest";
  faults: Fault[];
  /** How long a killed process stays away. */
  awayMs: number;
}

type Cell = { runner: TrialPlan["runner"]; faults: (random: Random) => Fault[] };

const stageKillTargets = ["web", "trainer", "database"] as const;

/**
 * The trial of a seed. Each block of `planCells` trials holds every cell once (stage × moment × target for kills,
 * stage × kind for the others, then the cancels) in an order of its own; what a cell leaves open is drawn.
 */
export function planTrial(seed: number, index: number): TrialPlan {
  const block = createRandom(seed * 7919 + Math.floor(index / planCells));
  const order = [...block.shuffle([...cells]), ...block.shuffle([...cancelCells])];
  const cell = order[index % planCells] as Cell;
  const random = createRandom(seed * 1_000_003 + index);
  return {
    seed,
    index,
    scenario: scenarios[[0, 0, 0, 1, 2][random.int(5)] as number] as Scenario,
    runner: cell.runner,
    faults: cell.faults(random),
    awayMs: random.int(400),
  };
}

const cells: Cell[] = [
  ...stageKills(),
  ...otherKills(),
  ...disks(),
  ...clocks(),
  ...schedulers(),
  ...callbacks(),
];

const cancelCells: Cell[] = cancels();

/** Within so many trials everything happens that can happen. */
export const planCells = cells.length + cancelCells.length;

function at(random: Random, stage: FaultStage, moment: StagePoint["moment"]): StagePoint {
  return { stage, moment, fraction: random.next() };
}

const anyMoment = (random: Random) => moments[random.int(moments.length)] as StagePoint["moment"];

function stageKills(): Cell[] {
  return faultStages.flatMap((stage) =>
    moments.flatMap((moment) =>
      stageKillTargets.map(
        (target): Cell => ({
          runner: "in-process",
          faults: (random) => [
            { kind: "kill", target, at: at(random, stage, moment), part: random.int(2) === 0 },
            ...secondFault(random),
          ],
        }),
      ),
    ),
  );
}

/** A quarter of the kills is followed by another while the first is being repaired. */
function secondFault(random: Random): Fault[] {
  if (random.int(4) > 0) return [];
  const target = stageKillTargets[random.int(stageKillTargets.length)] as KillTarget;
  return [{ kind: "kill", target, at: { eventsAfter: 1 + random.int(60) }, part: random.int(2) === 0 }];
}

function otherKills(): Cell[] {
  const inJobs = (["train", "evaluate"] as const).flatMap((job) =>
    (["web", "trainer", "job", "database"] as const).map(
      (target): Cell => ({
        runner: "in-process",
        faults: (random) => [{ kind: "kill", target, at: { job, fraction: random.next() }, part: false }],
      }),
    ),
  );
  const several = faultStages.flatMap((stage) =>
    (["web and database", "everything"] as const).map(
      (target): Cell => ({
        runner: "in-process",
        faults: (random) => [{ kind: "kill", target, at: at(random, stage, anyMoment(random)), part: false }],
      }),
    ),
  );
  return [...inJobs, ...several];
}

function disks(): Cell[] {
  const inStages = faultStages.flatMap((stage) =>
    (["files", "database"] as const).map(
      (disk): Cell => ({
        runner: "in-process",
        faults: (random) => [{ kind: "disk full", disk, at: at(random, stage, anyMoment(random)) }],
      }),
    ),
  );
  const inJob: Cell = {
    runner: "in-process",
    faults: (random) => [{ kind: "disk full", disk: "files", at: { job: "train", fraction: random.next() } }],
  };
  return [...inStages, inJob];
}

function clocks(): Cell[] {
  return faultStages.flatMap((stage) =>
    [1, -1].map(
      (direction): Cell => ({
        runner: "in-process",
        faults: (random) => [
          {
            kind: "clock",
            days: direction * (1 + random.int(40)) * (random.int(4) === 0 ? 0.01 : 1),
            whose: (["web", "trainer", "both"] as const)[random.int(3)] as "both",
            at: at(random, stage, anyMoment(random)),
          },
        ],
      }),
    ),
  );
}

function schedulers(): Cell[] {
  const alone = faultStages.map(
    (stage): Cell => ({
      runner: "in-process",
      faults: (random) => [{ kind: "second scheduler", at: at(random, stage, anyMoment(random)) }],
    }),
  );
  const andKilled = faultStages.slice(2).map(
    (stage): Cell => ({
      runner: "in-process",
      faults: (random) => [
        { kind: "second scheduler", at: at(random, "look", "entering") },
        { kind: "kill", target: "web", at: at(random, stage, anyMoment(random)), part: false },
      ],
    }),
  );
  return [...alone, ...andKilled];
}

function callbacks(): Cell[] {
  const alone = callbackFaults.map(
    (fault): Cell => ({
      runner: "inngest",
      faults: () => [{ kind: "callbacks", fault }],
    }),
  );
  const andKilled = (["train", "evaluate"] as const).flatMap((job) =>
    (["web", "trainer"] as const).map(
      (target): Cell => ({
        runner: "inngest",
        faults: (random) => [
          { kind: "callbacks", fault: callbackFaults[random.int(3)] as CallbackFault },
          { kind: "kill", target, at: { job, fraction: random.next() }, part: false },
        ],
      }),
    ),
  );
  const stages = (["look", "decide", "publish", "notify"] as const).map(
    (stage): Cell => ({
      runner: "inngest",
      faults: (random) => [
        { kind: "kill", target: "web", at: at(random, stage, anyMoment(random)), part: false },
      ],
    }),
  );
  return [...alone, ...andKilled, ...stages];
}

/** A cancel, and a kill a few events later: while it is being carried out, or right after. */
function cancels(): Cell[] {
  const cell = (runner: Cell["runner"], stage: FaultStage): Cell => ({
    runner,
    faults: (random) => [
      { kind: "cancel", at: at(random, stage, anyMoment(random)) },
      {
        kind: "kill",
        target: ([...stageKillTargets, "everything"] as const)[random.int(4)] as KillTarget,
        at: { eventsAfter: 1 + random.int(12) },
        part: false,
      },
    ],
  });
  // Before “look” there is no run, and at “notify” it is too late for certain.
  const inProcess = faultStages.slice(1, -1).map((stage) => cell("in-process", stage));
  return [...inProcess, ...(["train", "decide"] as const).map((stage) => cell("inngest", stage))];
}

/** One line: what happens and when. */
export function describePlan({ scenario, runner, faults }: TrialPlan): string {
  return `${scenario}, ${runner}: ${faults.map(describeFault).join("; then ")}`;
}

export function describeFault(fault: Fault): string {
  if (fault.kind === "callbacks") return `callbacks ${fault.fault}`;
  const where = describePoint(fault.at);
  if (fault.kind === "kill")
    return `kill ${fault.target}${fault.part && fault.target === "database" ? " (one server process)" : ""} ${where}`;
  if (fault.kind === "disk full") return `disk of the ${fault.disk} full ${where}`;
  if (fault.kind === "clock") return `clock of ${fault.whose} moved by ${fault.days} days ${where}`;
  return fault.kind === "cancel" ? `a cancel ${where}` : `a second scheduler ${where}`;
}

function describePoint(point: FaultPoint): string {
  if ("eventsAfter" in point) return `${point.eventsAfter} events later`;
  const percent = `at ${Math.round(point.fraction * 100)} %`;
  if ("job" in point) return `in the ${point.job} job ${percent}`;
  return `${point.moment} “${point.stage}”${point.moment === "inside" ? ` ${percent}` : ""}`;
}
