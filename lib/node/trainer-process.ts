import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { PneumoscopeError } from "@/lib/errors";

/** A trainer that this process started and ends. */
export interface TrainerProcess {
  url: string;
  hasExited(): boolean;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 15_000;

/**
 * Starts a trainer on a free port and waits until it listens. It also ends by itself when this process dies.
 * @throws TRAINER_UNREACHABLE
 */
export async function startTrainerProcess(): Promise<TrainerProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", path.join(process.cwd(), "trainer", "main.ts")], {
    env: { ...process.env, TRAINER_PORT: "0", TRAINER_HOST: "127.0.0.1" },
    // The channel is how the trainer notices that we are gone.
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  try {
    return { url: await listeningUrl(child), hasExited: () => hasExited(child), stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error("The trainer has no output.");
  return new Promise<string>((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new PneumoscopeError("TRAINER_UNREACHABLE", `The trainer did not start: ${reason}.`));
    const timer = setTimeout(
      () => fail(`it was not ready within ${startTimeoutMs / 1000} s`),
      startTimeoutMs,
    );
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(`it ended with ${signal ?? code}`));
    createInterface({ input: stdout }).on("line", (line) => {
      const url = readListening(line);
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

function readListening(line: string): string | null {
  try {
    const message = JSON.parse(line) as { event?: string; url?: string };
    return message.event === "listening" ? (message.url ?? null) : null;
  } catch {
    return null;
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
