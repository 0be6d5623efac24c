import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PneumoscopeError } from "@/lib/errors";
import type { JobProgress, TrainerJob, TrainerResult } from "@/lib/training/job";
import { type JobCommand, type JobMessage, jobMessageSchema } from "./job-messages";

const projectRoot = fileURLToPath(new URL("..", import.meta.url));
/** Work that ignores its abort signal for this long is killed. */
const stopGraceMs = 5_000;

export interface JobEvents {
  engine(name: string): void;
  progress(progress: JobProgress): void;
}

export interface RunningJob {
  /** @throws the job's own error, or TRAINER_JOB_FAILED with the reason when its process died */
  done: Promise<TrainerResult>;
  /** Aborts the work; kills its process where that does not help. Resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface JobRunner {
  run(job: TrainerJob, jobDirectory: string, events: JobEvents): RunningJob;
  /** Opens the engine in a process of its own and says which one it was. @throws ENGINE_UNAVAILABLE */
  probeEngine(): Promise<string>;
  /** Ends every process that is still there. */
  stopAll(): Promise<void>;
}

/** Runs each job in a process of its own, so that the service always answers and outlives a job's crash. */
export function createJobRunner(options: {
  /** The module that a job's process runs. */
  entry: URL;
  dataDirectory: string;
  engineName?: string | undefined;
}): JobRunner {
  const processes = new Set<JobProcess>();

  function start(command: JobCommand, onMessage: (message: JobMessage) => void): JobProcess {
    const process = startJobProcess(options.entry, command, onMessage);
    processes.add(process);
    void process.exited.then(() => processes.delete(process));
    return process;
  }

  return {
    run(job, jobDirectory, events) {
      let result: TrainerResult | undefined;
      const { dataDirectory, engineName } = options;
      const command: JobCommand = { type: "run", job, jobDirectory, dataDirectory, engineName };
      const process = start(command, (message) => {
        if (message.type === "engine") events.engine(message.name);
        if (message.type === "progress") events.progress(message.progress);
        if (message.type === "result") result = message.result;
      });
      const done = process.exited.then((exit) => {
        if (result) return result;
        throw exit.error ?? new PneumoscopeError("TRAINER_JOB_FAILED", describeDeath(job.jobId, exit));
      });
      return { done, stop: process.stop };
    },
    async probeEngine() {
      let name: string | undefined;
      const process = start({ type: "probe", engineName: options.engineName }, (message) => {
        if (message.type === "engine") name = message.name;
      });
      const exit = await process.exited;
      if (name) return name;
      throw exit.error ?? new PneumoscopeError("ENGINE_UNAVAILABLE", describeDeath("engine check", exit));
    },
    async stopAll() {
      await Promise.all([...processes].map((process) => process.stop()));
    },
  };
}

interface JobExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  lastWords: string;
  error?: PneumoscopeError;
}

interface JobProcess {
  exited: Promise<JobExit>;
  stop(): Promise<void>;
}

function startJobProcess(
  entry: URL,
  command: JobCommand,
  onMessage: (message: JobMessage) => void,
): JobProcess {
  const child = fork(entry, [], {
    cwd: projectRoot,
    execArgv: entry.pathname.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lastWords = forwardOutput(child);
  let error: PneumoscopeError | undefined;

  child.on("message", (raw) => {
    const parsed = jobMessageSchema.safeParse(raw);
    if (!parsed.success) {
      error ??= new PneumoscopeError(
        "TRAINER_JOB_FAILED",
        `The job's process sent a message outside the contract: ${parsed.error.issues[0]?.path.join(".")} ${parsed.error.issues[0]?.message}`,
      );
    } else if (parsed.data.type === "error") {
      error = new PneumoscopeError(parsed.data.code as PneumoscopeError["code"], parsed.data.message);
    } else {
      onMessage(parsed.data);
    }
  });
  const exited = new Promise<JobExit>((resolve) => {
    child.once("error", (cause) => {
      error ??= new PneumoscopeError(
        "TRAINER_JOB_FAILED",
        `The job's process did not start: ${cause.message}`,
      );
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, lastWords: "", error });
    });
    child.once("close", (exitCode, signal) =>
      resolve({ exitCode, signal, lastWords: lastWords(), ...(error ? { error } : {}) }),
    );
  });
  child.send(command, () => undefined);

  return { exited, stop: () => stopChild(child, exited) };
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.connected) child.send({ type: "cancel" } satisfies JobCommand, () => undefined);
  const kill = setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
  await exited;
  clearTimeout(kill);
}

/** A job's output goes to the trainer's stderr; its last lines are kept to explain a crash. */
function forwardOutput(child: ChildProcess): () => string {
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      process.stderr.write(text);
      tail = (tail + text).slice(-2_000);
    });
  }
  return () => tail.trim().split("\n").slice(-5).join("\n");
}

function describeDeath(what: string, { exitCode, signal, lastWords }: JobExit): string {
  const how = signal ? `was killed by ${signal}` : `exited with code ${exitCode} and no result`;
  const memory =
    signal === "SIGKILL" || signal === "SIGABRT" || exitCode === 134
      ? " This usually means that memory ran out: free some, or lower microBatchSize."
      : "";
  return `The process of job ${what} ${how}.${memory}${lastWords ? ` Its last output: ${lastWords}` : ""}`;
}
