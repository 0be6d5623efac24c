import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "./project-folder";

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Alive for this long, a process counts as well and the next pause is short again. */
const healthyMs = 60_000;
const stopGraceMs = 8_000;

export interface SupervisedOptions {
  name: string;
  /** Arguments of Node. */
  args: string[];
  env: Record<string, string>;
  /** Its output goes here; absent: to this process's own. */
  logFile?: string;
  onLine?(line: string): void;
  say(line: string): void;
}

export interface Supervised {
  readonly pid: number | undefined;
  /** Resolves when the process is gone and stays gone. */
  stop(): Promise<void>;
  /** Ends it without waiting. */
  kill(): void;
}

/** Keeps a process running: starts it again, with growing pauses, whenever it ends by itself. */
export function supervise(options: SupervisedOptions): Supervised {
  let child: ChildProcess;
  let exited: Promise<void>;
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;
  let pauseMs = firstPauseMs;

  function start(): void {
    const startMs = Date.now();
    child = spawnNode(options);
    const lastLines = collectOutput(child, options);
    exited = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("exit", (code, signal) => {
        resolve();
        if (stopping) return;
        if (Date.now() - startMs > healthyMs) pauseMs = firstPauseMs;
        options.say(
          `${options.name} ended (${signal ?? `exit code ${code}`}); it starts again in ${pauseMs / 1000} s.${lastLines()}`,
        );
        restart = setTimeout(start, pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      });
    });
  }

  start();
  return {
    get pid() {
      return child.pid;
    },
    kill() {
      stopping = true;
      clearTimeout(restart);
      child.kill("SIGKILL");
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Ctrl-C in a terminal goes to a whole process group; in a group of its own a child ends when we say so. */
function spawnNode({ args, env }: SupervisedOptions): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: projectFolder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: process.platform !== "win32",
  });
}

function collectOutput(child: ChildProcess, { logFile, onLine }: SupervisedOptions): () => string {
  let tail: string[] = [];
  if (logFile) mkdirSync(path.dirname(logFile), { recursive: true });
  const log = logFile ? createWriteStream(logFile, { flags: "a" }) : null;
  const streams = [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const;
  for (const [stream, own] of streams) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      (log ?? own).write(text);
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
      tail = [...tail, ...lines.filter((line) => line.trim())].slice(-4);
    });
  }
  child.once("close", () => log?.end());
  const where = logFile ? ` Log: ${path.relative(projectFolder, logFile)}` : "";
  return () => (log ? `${where}${tail.map((line) => `\n    ${line}`).join("")}` : "");
}
