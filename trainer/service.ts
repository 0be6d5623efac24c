import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { getRequestListener } from "@hono/node-server";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { version } from "@/package.json";
import { deliverCallback } from "./callback";
import { createTrainerHttp } from "./http";
import { createJobFolder, type JobFolder, type JobRecord } from "./job-folder";
import { createJobRunner } from "./job-runner";
import { createJobQueue } from "./queue";

export interface TrainerServiceOptions {
  host: string;
  port: number;
  secret: string;
  dataDirectory: string;
  engineName?: string | undefined;
  /** The module that a job's process runs. */
  jobEntry: URL;
  log(line: string): void;
  callbackPauseMs?: number;
}

export interface TrainerService {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Starts the trainer: opens its job folder, listens, and goes on with interrupted jobs.
 * @throws PORT_TAKEN, and ENGINE_UNAVAILABLE where a forced engine is not there
 */
export async function startTrainerService(options: TrainerServiceOptions): Promise<TrainerService> {
  const { secret, dataDirectory, engineName, log } = options;
  const runner = createJobRunner({ entry: options.jobEntry, dataDirectory, engineName });
  const folder = createJobFolder(path.join(dataDirectory, "trainer", "jobs"));
  const closing = new AbortController();
  let engine = engineName ? await runner.probeEngine() : null;

  const queue = createJobQueue({
    folder,
    runner,
    log,
    onEnd: (record) => void notify(record, folder, { ...options, signal: closing.signal }),
  });
  const health = () => ({ ok: true as const, version, engine, ...queue.summary() });
  const app = createTrainerHttp({ queue, secret, health, log });
  const server = createServer(getRequestListener(app.fetch));
  const port = await listen(server, options.host, options.port);
  await queue.open();
  if (!engine) {
    runner.probeEngine().then(
      (name) => {
        engine = name;
      },
      (error) => closing.signal.aborted || log(describeError(error)),
    );
  }

  return {
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    port,
    async close() {
      closing.abort();
      server.close();
      await queue.close();
      server.closeAllConnections();
    },
  };
}

async function notify(
  record: JobRecord,
  folder: JobFolder,
  options: { secret: string; signal: AbortSignal; log(line: string): void; callbackPauseMs?: number },
): Promise<void> {
  const { callbackUrl } = record.job;
  if (!callbackUrl) return;
  const { secret, signal, log, callbackPauseMs } = options;
  const delivered = await deliverCallback({
    url: callbackUrl,
    status: record.status,
    secret,
    signal,
    log,
    ...(callbackPauseMs === undefined ? {} : { pauseMs: callbackPauseMs }),
  });
  if (!delivered) return;
  record.callbackDelivered = true;
  await folder.save(record).catch((error) => log(describeError(error)));
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new PneumoscopeError(
              "PORT_TAKEN",
              `Port ${port} on ${host} is taken. Stop what listens there, or choose another with TRAINER_PORT (0 takes any free one).`,
              { cause: error },
            )
          : error,
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
