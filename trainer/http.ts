import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { describeError, type ErrorCode, PneumoscopeError } from "@/lib/errors";
import { verifyRequest } from "@/lib/node/signed-request";
import { type JobStatus, trainerJobSchema } from "@/lib/training/job";
import type { TrainerHealth } from "@/lib/training/trainer-health";
import { finalStates } from "./job-folder";
import type { JobQueue } from "./queue";

const largestBodyBytes = 1024 * 1024;
/** Proxies commonly close a silent connection after 30 to 60 seconds. */
const heartbeatMs = 15_000;
/** Progress can arrive per image; a watcher needs a few changes a second. */
const eventIntervalMs = 250;

export interface TrainerHttpOptions {
  queue: JobQueue;
  secret: string;
  health(): TrainerHealth;
  log(line: string): void;
}

/** The trainer's endpoints; ARCHITECTURE.md lists them. */
export function createTrainerHttp({ queue, secret, health, log }: TrainerHttpOptions): Hono {
  const app = new Hono();

  app.onError((error, context) => refuse(context, error, log));
  app.notFound((context) => errorBody(context, 404, "NOT_FOUND", `No such endpoint: ${context.req.path}`));
  app.get("/health", (context) => context.json(health()));

  const requireSigned: MiddlewareHandler = async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    const body = new Uint8Array(await context.req.arrayBuffer());
    verifyRequest(
      { method: context.req.method, path: pathname + search, body },
      context.req.raw.headers,
      secret,
    );
    await next();
  };
  for (const path of ["/jobs/*", "/checkpoints/*"])
    app.use(path, bodyLimit({ maxSize: largestBodyBytes, onError: tooLarge }), requireSigned);

  app.post("/jobs", async (context) => {
    const job = await readJob(context);
    return context.json(await queue.start(job), 202);
  });
  app.get("/jobs/:id", (context) => context.json(queue.status(context.req.param("id"))));
  app.post("/jobs/:id/cancel", async (context) => context.json(await queue.cancel(context.req.param("id"))));
  app.get("/jobs/:id/events", (context) => {
    const jobId = context.req.param("id");
    queue.status(jobId);
    return streamSSE(context, (stream) => sendEvents(stream, queue, jobId));
  });

  app.get("/checkpoints", async (context) => context.json(await queue.checkpoints()));
  app.delete("/checkpoints/:id", async (context) => {
    await queue.removeCheckpoint(context.req.param("id"));
    return context.json({});
  });

  return app;
}

async function readJob(context: Context) {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    throw new PneumoscopeError("CONFIG_INVALID", "The body of POST /jobs is not JSON.");
  }
  const parsed = trainerJobSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `The job is not valid: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

/** Sends the state at once, then every change, thinned out, until the job has ended or the reader has gone. */
async function sendEvents(stream: SSEStreamingApi, queue: JobQueue, jobId: string): Promise<void> {
  let latest: JobStatus = queue.status(jobId);
  let changed = true;
  let wake = () => {};
  const unwatch = queue.watch(jobId, (status) => {
    latest = status;
    changed = true;
    wake();
  });
  stream.onAbort(() => wake());
  try {
    while (!stream.aborted) {
      if (changed) {
        changed = false;
        const sent = latest;
        await stream.writeSSE({ event: "status", data: JSON.stringify(sent) });
        if (finalStates.has(sent.state)) return;
        await stream.sleep(eventIntervalMs);
        continue;
      }
      const silent = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), heartbeatMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (silent) await stream.write(": still here\n\n");
    }
  } finally {
    unwatch();
  }
}

const httpStatusOf: Partial<Record<ErrorCode, 400 | 401 | 404 | 409 | 507>> = {
  REQUEST_SIGNATURE_INVALID: 401,
  CONFIG_INVALID: 400,
  TRAINER_JOB_NOT_FOUND: 404,
  DISK_FULL: 507,
};

function refuse(context: Context, error: unknown, log: (line: string) => void): Response {
  if (error instanceof PneumoscopeError) {
    return errorBody(context, httpStatusOf[error.code] ?? 500, error.code, error.message);
  }
  log(`${context.req.method} ${context.req.path}: ${describeError(error)}`);
  return errorBody(context, 500, "INTERNAL", "The trainer failed to answer; its log says why.");
}

function tooLarge(context: Context): Response {
  return errorBody(context, 413, "CONFIG_INVALID", "The body is larger than 1 MiB.");
}

function errorBody(
  context: Context,
  status: 400 | 401 | 404 | 409 | 413 | 500 | 507,
  code: string,
  message: string,
): Response {
  return context.json({ error: { code, message } }, status);
}
