import { rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { inDataDirectory } from "@/lib/node/data-directory";
import { localSecrets } from "@/lib/node/secrets";
import { firstAdminLink } from "@/lib/server/accounts/first-admin";
import { claimDataDirectory } from "./only-one";
import { isPortFree } from "./ports";
import { type Supervised, supervise } from "./supervise";

const defaultTrainerPort = 7461;
const startTimeoutMs = 120_000;

export interface LaunchOptions {
  host: string;
  port: number;
  withTrainer: boolean;
  /** "files": data/run/logs; "console": this process's own output. */
  logs: "files" | "console";
  /** Runs after the database is there and before the pages start. */
  prepare?(): Promise<void>;
  say(line: string): void;
}

/**
 * Runs the product until a signal: database, trainer, pages. Whatever happens, no process is left behind.
 * @throws PORT_TAKEN, RUN_IN_PROGRESS, DATABASE_UNAVAILABLE, what `prepare` throws
 */
export async function launch(options: LaunchOptions): Promise<void> {
  const { host, port, say } = options;
  const url = `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`;
  const children: Supervised[] = [];
  const stopped = waitForStop(children);
  const unclaim = await claimDataDirectory(url);
  const closers: (() => Promise<void>)[] = [unclaim];

  try {
    await requireFreePort(port, host);
    if (!process.env.TRAINER_SECRET || !process.env.MANIFEST_SIGNING_KEY) await localSecrets();
    const database = await connectDatabase();
    closers.push(() => database.close());
    say(`database  ${database.kind === "embedded" ? "embedded PostgreSQL" : "DATABASE_URL"}, migrated`);
    await Promise.race([options.prepare?.(), stopped.promise]);
    if (stopped.isAsked()) return;
    if (options.withTrainer) children.push(await startTrainer(options));
    children.push(startWeb(options));
    const health = await Promise.race([answers(`${url}/api/health`), stopped.promise]);
    if (health) {
      const secret = await firstAdminLink(database.db);
      announce(options, url, health, secret && `${url}/link#${secret}`);
    }
    await stopped.promise;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    for (const close of closers.reverse()) await close();
  }
}

function announce(
  { say, withTrainer, logs }: LaunchOptions,
  url: string,
  health: HealthAnswer,
  adminLink: string | null,
): void {
  // The pages tell strangers no reasons; their log has them, and on a console it stands above.
  const where = logs === "files" ? ` Why: ${path.relative("", logPath("web"))}` : "";
  for (const [name, part] of Object.entries(health)) {
    const expected = name !== "trainer" || withTrainer || process.env.TRAINER_URL;
    if (typeof part === "object" && !part.ok && expected)
      say(`${name.padEnd(9)} not well: ${part.detail}${where}`);
  }
  say("");
  say(`Open ${url}`);
  if (adminLink) say(`First administrator, once, within a day: ${adminLink}`);
  say("Ctrl-C stops everything.");
}

interface StopRequest {
  promise: Promise<undefined>;
  isAsked(): boolean;
}

/** The first signal asks for a stop; another one, given impatiently, kills the children. */
function waitForStop(children: Supervised[]): StopRequest {
  let asked = false;
  let resolve: (value: undefined) => void = () => undefined;
  const promise = new Promise<undefined>((settle) => {
    resolve = settle;
  });
  let firstMs = 0;
  const onSignal = () => {
    // npm and tsx pass a terminal's signal on, so that one Ctrl-C can arrive several times.
    if (asked && Date.now() - firstMs > 500) for (const child of children) child.kill();
    if (!asked) firstMs = Date.now();
    asked = true;
    resolve(undefined);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  // tsx runs this file in a child of its own; when that parent is killed, so is the channel to it.
  process.on("disconnect", onSignal);
  return { promise, isAsked: () => asked };
}

async function requireFreePort(port: number, host: string): Promise<void> {
  if (await isPortFree(port, host)) return;
  throw new PneumoscopeError(
    "PORT_TAKEN",
    `Port ${port} is taken. Stop what uses it, or choose another, for example npm run up -- --port ${port + 1} (or PORT=${port + 1}).`,
  );
}

function logFile(name: string, logs: LaunchOptions["logs"]): { logFile: string } | object {
  return logs === "files" ? { logFile: logPath(name) } : {};
}

function logPath(name: string): string {
  return inDataDirectory("run", "logs", `${name}.log`);
}

async function startTrainer({ logs, say }: LaunchOptions): Promise<Supervised> {
  const wanted = process.env.TRAINER_PORT;
  const free = await isPortFree(defaultTrainerPort, "127.0.0.1");
  await rm(inDataDirectory("run", "trainer.json"), { force: true });
  return supervise({
    name: "The trainer",
    args: ["--import", "tsx", "trainer/main.ts"],
    // The pages find the trainer by its run file, so that any port will do.
    env: { TRAINER_PORT: wanted || (free ? String(defaultTrainerPort) : "0") },
    say,
    onLine(line) {
      if (line.startsWith('{"event":"listening"')) say(`trainer   ${JSON.parse(line).url}`);
    },
    ...logFile("trainer", logs),
  });
}

function startWeb({ host, port, logs, say }: LaunchOptions): Supervised {
  return supervise({
    name: "The web server",
    args: [
      "--import",
      "./scripts/cli/exit-with-parent.mjs",
      "node_modules/next/dist/bin/next",
      "start",
      "--hostname",
      host,
      "--port",
      String(port),
    ],
    env: { PORT: String(port), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    say,
    ...logFile("web", logs),
  });
}

type HealthAnswer = Record<string, boolean | { ok: boolean; detail: string }>;

/** Waits until the pages answer, well or not. @throws CONFIG_INVALID after two minutes */
async function answers(url: string): Promise<HealthAnswer> {
  const deadline = Date.now() + startTimeoutMs;
  let reason = "";
  while (Date.now() < deadline) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      return (await response.json()) as HealthAnswer;
    } catch (error) {
      reason = describeError(error instanceof Error ? (error.cause ?? error) : error);
    }
    await sleep(200);
  }
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `${url} did not answer within ${startTimeoutMs / 1000} s: ${reason}`,
  );
}
