import { setPriority } from "node:os";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { TrainerResult } from "@/lib/training/job";
import type { Engine } from "./engines/engine";
import { exitWithParent } from "./exit-with-parent";
import type { FeatureCache } from "./features/feature-cache";
import type { JobContext, JobWork } from "./job-context";
import { type JobCommand, type JobMessage, jobCommandSchema } from "./job-messages";

export interface JobProcessParts extends JobWork {
  openEngine(name?: string): Promise<Engine>;
  openStore(dataDirectory: string): ArtifactStore;
  /** What jobs keep of frozen layers for those after them; none where keeping is off. */
  openFeatures?(dataDirectory: string): FeatureCache | undefined;
}

type RunCommand = Extract<JobCommand, { type: "run" }>;

/** The body of a job's process: waits for one command of the trainer, does it, reports, and exits. */
export function serveJob(loadParts: () => Promise<JobProcessParts>): void {
  const abort = new AbortController();
  exitWithParent();
  lowerPriority();
  // Ctrl-C in a terminal reaches the whole group; the trainer decides what happens to its job.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => abort.abort(cancelled()));
  process.on("disconnect", () => process.exit(1));
  process.on("message", (raw) => {
    const command = jobCommandSchema.parse(raw);
    if (command.type === "cancel") abort.abort(cancelled());
    else void answer(command);
  });

  async function answer(command: Exclude<JobCommand, { type: "cancel" }>): Promise<void> {
    try {
      const parts = await loadParts();
      const engine = await parts.openEngine(command.engineName);
      await send({ type: "engine", name: engine.name });
      if (command.type === "run") {
        await send({ type: "result", result: await work(parts, engine, command, abort.signal) });
      }
      process.exit(0);
    } catch (error) {
      const code = error instanceof PneumoscopeError ? error.code : "TRAINER_JOB_FAILED";
      if (code === "TRAINER_JOB_FAILED") console.error(error);
      await send({ type: "error", code, message: describeError(error) });
      process.exit(1);
    }
  }
}

function work(
  parts: JobProcessParts,
  engine: Engine,
  { job, jobDirectory, dataDirectory }: RunCommand,
  signal: AbortSignal,
): Promise<TrainerResult> {
  const features = parts.openFeatures?.(dataDirectory);
  const context: JobContext = {
    store: parts.openStore(dataDirectory),
    engine,
    jobDirectory,
    signal,
    report: (progress) => void send({ type: "progress", progress }),
    ...(features ? { features } : {}),
  };
  return job.kind === "train" ? parts.runTrainJob(job, context) : parts.runEvaluateJob(job, context);
}

function send(message: JobMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function cancelled(): PneumoscopeError {
  return new PneumoscopeError("TRAINING_CANCELLED", "The job was cancelled.");
}

/** Pages must stay quick while a model trains on the same machine. */
function lowerPriority(): void {
  try {
    setPriority(5);
  } catch {
    // Some containers forbid it; training works either way.
  }
}
