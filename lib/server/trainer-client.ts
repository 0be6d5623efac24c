import { z } from "zod";
import { describeError, type ErrorCode, PneumoscopeError } from "@/lib/errors";
import { signRequest } from "@/lib/node/signed-request";
import {
  type JobCheckpoint,
  type JobStatus,
  jobCheckpointSchema,
  jobStatusSchema,
  type TrainerJob,
} from "@/lib/training/job";
import { type TrainerHealth, trainerHealthSchema } from "@/lib/training/trainer-health";

export interface TrainerClient {
  /** Idempotent by `jobId`. */
  start(job: TrainerJob): Promise<JobStatus>;
  /** @throws TRAINER_JOB_NOT_FOUND */
  status(jobId: string): Promise<JobStatus>;
  /** Each change of a job, from its present state to its end. Ends early, with an error, when the trainer goes. */
  events(jobId: string, signal?: AbortSignal): AsyncIterable<JobStatus>;
  /** Resolves when the job's process is gone. @throws TRAINER_JOB_NOT_FOUND */
  cancel(jobId: string): Promise<JobStatus>;
  /** What jobs that have ended keep to be taken up again. */
  checkpoints(): Promise<JobCheckpoint[]>;
  /** @throws TRAINER_JOB_NOT_FOUND, CONFIG_INVALID before the job's end */
  removeCheckpoint(jobId: string): Promise<void>;
  health(): Promise<TrainerHealth>;
}

export interface TrainerClientOptions {
  /** "http://127.0.0.1:7461" */
  baseUrl: string;
  secret: string;
  timeoutMs?: number;
}

type Method = "GET" | "POST" | "DELETE";

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Talks to the trainer. Every call throws TRAINER_UNREACHABLE where it does not answer as a trainer would. */
export function createTrainerClient({
  baseUrl,
  secret,
  timeoutMs = 15_000,
}: TrainerClientOptions): TrainerClient {
  const root = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);

  async function send(method: Method, endpoint: string, body: string, signal: AbortSignal) {
    const url = new URL(endpoint, root);
    const signature = signRequest({ method, path: `/${endpoint}`, body }, secret);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { ...signature, ...(body ? { "content-type": "application/json" } : {}) },
        ...(body ? { body } : {}),
        signal,
      });
    } catch (error) {
      throw unreachable(root, error);
    }
    if (!response.ok) throw await refusal(root, response);
    return response;
  }

  async function ask<T>(schema: z.ZodType<T>, method: Method, endpoint: string, body = ""): Promise<T> {
    const response = await send(method, endpoint, body, AbortSignal.timeout(timeoutMs));
    return parseAnswer(root, schema, await readBody(root, response));
  }

  const call = (method: Method, endpoint: string, body?: string) =>
    ask(jobStatusSchema, method, endpoint, body);

  async function* events(jobId: string, signal?: AbortSignal): AsyncGenerator<JobStatus> {
    const abort = new AbortController();
    const combined = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
    try {
      const response = await send("GET", `jobs/${encodeURIComponent(jobId)}/events`, "", combined);
      for await (const data of serverSentData(root, response)) {
        const status = parseAnswer(root, jobStatusSchema, data);
        yield status;
        if (["succeeded", "failed", "cancelled"].includes(status.state)) return;
      }
      throw unreachable(root, "the trainer closed the event stream before the job had ended");
    } finally {
      abort.abort();
    }
  }

  return {
    start: (job) => call("POST", "jobs", JSON.stringify(job)),
    status: (jobId) => call("GET", `jobs/${encodeURIComponent(jobId)}`),
    cancel: (jobId) => call("POST", `jobs/${encodeURIComponent(jobId)}/cancel`),
    events,
    checkpoints: () => ask(z.array(jobCheckpointSchema), "GET", "checkpoints"),
    async removeCheckpoint(jobId) {
      await ask(z.object({}), "DELETE", `checkpoints/${encodeURIComponent(jobId)}`);
    },
    health: () => ask(trainerHealthSchema, "GET", "health"),
  };
}

async function readBody(root: URL, response: Response): Promise<string> {
  return response.text().catch((error) => {
    throw unreachable(root, error);
  });
}

function parseAnswer<T>(root: URL, schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreachable(root, "the answer is not JSON; is this address a trainer's?");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unreachable(
    root,
    `the answer is not a trainer's of this version (${issue?.path.join(".")}: ${issue?.message})`,
  );
}

async function refusal(root: URL, response: Response): Promise<PneumoscopeError> {
  const parsed = errorSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return unreachable(root, `HTTP ${response.status}`);
  const { code, message } = parsed.data.error;
  return new PneumoscopeError(code as ErrorCode, `The trainer at ${root.origin} refused: ${message}`);
}

function unreachable(root: URL, reason: unknown): PneumoscopeError {
  const cause = reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason;
  return new PneumoscopeError(
    "TRAINER_UNREACHABLE",
    `The trainer at ${root.origin} cannot be used: ${describeError(cause)}. Start it with “npm run trainer” or “npm run up”, or set TRAINER_URL.`,
    { cause: reason, userMessage: "The training service does not answer." },
  );
}

/** The data of each server-sent event; comments (heartbeats) are skipped. */
async function* serverSentData(root: URL, response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  try {
    while (true) {
      const { done, value } = await reader.read().catch((error) => {
        throw unreachable(root, error);
      });
      if (done) return;
      buffered += value;
      const blocks = buffered.split("\n\n");
      buffered = blocks.pop() ?? "";
      for (const block of blocks) {
        const lines = block.split("\n").filter((line) => line.startsWith("data:"));
        if (lines.length > 0) yield lines.map((line) => line.slice(5).trimStart()).join("\n");
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
