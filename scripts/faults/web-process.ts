import { createServer } from "node:http";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "@/drizzle/schema";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { currentTrainer, type ServerContext } from "@/lib/server/context";
import { readServerEnv } from "@/lib/server/env";
import { startScheduler } from "@/lib/server/jobs/scheduler";
import { countWebEvents, watchedStore, watchedTrainer } from "./events";
import { followClock } from "./movable-clock";
import { type FaultStage, faultStages } from "./plan";

// The web process of a trial: the scheduler, the loop and the callback's route of the product, without its pages.

if (process.env.FAULTS_CLOCK) followClock(process.env.FAULTS_CLOCK);
const events = countWebEvents();

const stageUpdate = /^update "training_runs" set "stage" = \$1, "progress" = /;
/** What other timers do is not part of the order of events. */
const background =
  /"trainer_lock"|"state" in \(|"notification|share row exclusive|^select "state", "cancel_requested_at"|"training_schedule"|"run_log_lines"/;

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
  resumeEveryMs: 2_000,
  leaseMs: 2_000,
  follow: { firstPauseMs: 100, longestPauseMs: 500 },
});
const routes = await loadRoutes();

/** Loaded only where Inngest runs the loop: that alone takes a third of the start. */
async function loadRoutes() {
  if (!env.usesInngest) return null;
  const [{ serve }, { inngest }, { createRetrainFunction }, { POST }] = await Promise.all([
    import("inngest/edge"),
    import("@/lib/server/jobs/inngest-client"),
    import("@/lib/server/jobs/inngest"),
    import("@/app/api/trainer/callback/route"),
  ]);
  return {
    "/api/inngest": serve({ client: inngest, functions: [createRetrainFunction({ context, env })] }),
    "/api/trainer/callback": POST,
  };
}

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await handle(
    new Request(`http://127.0.0.1${request.url}`, {
      method: request.method ?? "GET",
      headers: new Headers(request.headers as Record<string, string>),
      ...(request.method === "GET" ? {} : { body: Buffer.concat(chunks) }),
    }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});

async function handle(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const route = routes?.[pathname as keyof typeof routes];
  return route ? route(request) : new Response(null, { status: 404 });
}

await new Promise<void>((resolve) => server.listen(Number(process.env.PORT || 0), "127.0.0.1", resolve));
process.on("message", (message: { tick?: string; counts?: true }) => {
  if (message.tick) void scheduler.tick(new Date(message.tick));
  if (message.counts) process.send?.({ counts: events.counts() });
});
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => {
  scheduler.stop();
  process.exit(0);
});
process.send?.({ ready: true });
