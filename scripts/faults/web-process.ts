import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "@/drizzle/schema";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { trainerSecret } from "@/lib/node/secrets";
import { currentTrainer, type ServerContext } from "@/lib/server/context";
import { readServerEnv } from "@/lib/server/env";
import { errorResponse } from "@/lib/server/http-error";
import { receiveCallback } from "@/lib/server/jobs/receive-callback";
import { startScheduler } from "@/lib/server/jobs/scheduler";
import { countWebEvents, watchedStore, watchedTrainer } from "./events";
import { followClock } from "./movable-clock";
import { type FaultStage, faultStages } from "./plan";

// The web process of a trial: the scheduler, the loop and the callback's route of the product, without its pages.

const name = process.env.FAULTS_PROCESS === "web 2" ? "web 2" : "web";
if (process.env.FAULTS_CLOCK) followClock(process.env.FAULTS_CLOCK);
const events = countWebEvents(name);

const stageUpdate = /^update "training_runs" set "stage" = \$1 where/;
/** What other timers do is not part of the order of events. */
const background = /"trainer_lock"|"state" in \(|"notification|share row exclusive/;

function onSql(_connection: number, text: string, parameters: unknown[]): void {
  if (background.test(text)) return;
  if (stageUpdate.test(text)) {
    const stage = faultStages.find((known) => known === parameters[0]);
    if (stage) events.enter(stage satisfies FaultStage);
  }
  events.happens(text);
}

const url = process.env.DATABASE_URL ?? "";
const sql = postgres(url, { max: 8, connect_timeout: 5, onnotice: () => undefined, debug: onSql });
const database = { db: drizzle(sql, { schema }), url, kind: "server" as const, close: () => sql.end() };
const context: ServerContext = {
  store: watchedStore(localArtifactStore(), events.happens),
  database: async () => database,
  trainer: async () => watchedTrainer(await currentTrainer(), events.happens),
};
const env = readServerEnv();

const scheduler = await startScheduler(context, env, {
  resumeEveryMs: 1_000,
  leaseMs: 2_000,
  follow: { firstPauseMs: 100, longestPauseMs: 500 },
});

const server = createServer(async (request, response) => {
  const answer = await handle(
    new Request(`http://web${request.url}`, {
      method: request.method ?? "GET",
      headers: new Headers(request.headers as Record<string, string>),
      ...(request.method === "GET"
        ? {}
        : { body: Readable.toWeb(request) as ReadableStream, duplex: "half" }),
    } as RequestInit),
  );
  response.writeHead(answer.status).end(await answer.text());
});

async function handle(request: Request): Promise<Response> {
  try {
    await receiveCallback(request, await trainerSecret());
    return new Response(null, { status: 204 });
  } catch (error) {
    return errorResponse(error);
  }
}

await new Promise<void>((resolve) => server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", resolve));
process.on("message", (message: { tick?: string; counts?: true }) => {
  if (message.tick)
    void scheduler.tick(new Date(message.tick)).then(() => process.send?.({ ticked: message.tick }));
  if (message.counts) process.send?.({ counts: events.counts() });
});
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => {
  scheduler.stop();
  process.exit(0);
});
process.send?.({ ready: true, port: (server.address() as AddressInfo).port });
