import { readFileSync } from "node:fs";

/** A process that cannot be confused with a later one of the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks after boot where the system tells it (Linux), otherwise null. */
  startTicks: string | null;
}

/** Ended, and only waiting for its parent to notice. */
const zombie = "zombie";

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) };
}

/** Whether the process is still there (also when it belongs to another user). */
export function isProcessAlive({ pid, startTicks }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const current = startTicksOf(pid);
  return current !== zombie && (startTicks === null || startTicks === current);
}

function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields after the command name, which is in parentheses and may hold spaces; the 22nd of all is the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? zombie : (fields[19] ?? null);
  } catch {
    return null;
  }
}
