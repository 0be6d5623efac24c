import { closeSync, existsSync, openSync, readFileSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { faultStages } from "./plan";

// What the driver of a trial and the processes in it agree on. A process fires its faults itself, synchronously, so
// that they hit exactly the event that they are planned for; the signals are real ones.

const triggerSchema = z.union([
  z.strictObject({ stage: z.enum(faultStages), event: z.int().min(0) }),
  z.strictObject({ job: z.enum(["train", "evaluate"]), event: z.int().min(0) }),
  z.strictObject({ after: z.int().min(0), event: z.int().min(0) }),
]);
export type Trigger = z.infer<typeof triggerSchema>;

const actionSchema = z.discriminatedUnion("kind", [
  /** SIGKILL to each, in this order; the own process last. */
  z.strictObject({
    kind: z.literal("kill"),
    victims: z.array(z.enum(["web", "trainer", "job", "database", "backend"])),
  }),
  /** Fills the file system that holds the folder, in fact or by marker. */
  z.strictObject({ kind: z.literal("fill"), folder: z.string(), real: z.boolean() }),
  /** Leaves the rest to the driver, which sees the fault's mark; nothing goes on before it is done, or has taken too long. */
  z.strictObject({ kind: z.literal("mark"), waitMs: z.int().min(0) }),
]);
export type Action = z.infer<typeof actionSchema>;

const armedFaultSchema = z.strictObject({ id: z.int(), trigger: triggerSchema, action: actionSchema });
export type ArmedFault = z.infer<typeof armedFaultSchema>;

const trialSchema = z.strictObject({
  /** Holds marks, process ids, the filler. */
  folder: z.string(),
  faults: z.array(armedFaultSchema),
});
export type ArmedTrial = z.infer<typeof trialSchema>;

export const armedVariable = "FAULTS_ARMED";
export const markOf = (folder: string, id: number) => path.join(folder, `fired-${id}`);
export const doneMark = (folder: string, id: number) => path.join(folder, `done-${id}`);
export const pidFile = (folder: string, name: string) => path.join(folder, `${name}.pid`);
export const fillerName = "filler.bin";
export const fullMark = (folder: string) => path.join(folder, "disk-is-full");

/** The faults of this process's trial; none where it is in no trial. */
export function readArmed(): ArmedTrial {
  return trialSchema.parse(JSON.parse(process.env[armedVariable] ?? '{"folder":"/nonexistent","faults":[]}'));
}

/** Fires a fault, once in the whole trial. */
export function fire({ folder }: ArmedTrial, fault: ArmedFault): void {
  if (!claim(markOf(folder, fault.id))) return;
  const { action } = fault;
  if (action.kind === "fill") {
    if (action.real) fill(action.folder);
    else writeFileSync(fullMark(folder), "");
  }
  if (action.kind === "kill") for (const victim of action.victims) kill(folder, victim);
  if (action.kind === "mark") waitFor(doneMark(folder, fault.id), action.waitMs);
}

/** Stands still, as the whole process does: an event that comes later must not come before. */
function waitFor(file: string, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs;
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file) && performance.now() < deadline) Atomics.wait(nothing, 0, 0, 5);
}

function claim(file: string): boolean {
  try {
    closeSync(openSync(file, "wx"));
    return true;
  } catch {
    return false;
  }
}

function kill(folder: string, victim: string): void {
  for (const pid of victimsOf(folder, victim)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone before.
    }
  }
}

/** Of two web processes the one that reached the event is meant. */
function pidNameOf(victim: string): string {
  if (victim === "backend") return "database";
  return victim === "web" && process.env.FAULTS_PROCESS === "web 2" ? "web 2" : victim;
}

function victimsOf(folder: string, victim: string): number[] {
  const named = readPid(folder, pidNameOf(victim));
  if (!named) return [];
  if (victim === "database") return [...childrenOf(named), named];
  // The first child with a client is as good as any: one that dies takes the others with it.
  if (victim === "backend") return childrenOf(named).slice(-1);
  return [named];
}

export function readPid(folder: string, name: string): number | null {
  const file = pidFile(folder, name);
  return existsSync(file) ? Number(readFileSync(file, "utf8")) || null : null;
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** Writes until nothing more fits. Refuses a file system that is too large to be a trial's own. */
function fill(folder: string): void {
  const { blocks, bsize } = statfsSync(folder);
  if (blocks * bsize > 2 ** 30) throw new Error(`${folder} is on no small disk of its own.`);
  const file = openSync(path.join(folder, fillerName), "w");
  for (let size = 2 ** 20; size >= 1; size = size > 1 ? Math.floor(size / 16) : 0) {
    try {
      while (true) writeSync(file, Buffer.alloc(size));
    } catch {
      // Full for this size.
    }
  }
  closeSync(file);
}
