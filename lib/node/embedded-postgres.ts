import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync, unlinkSync } from "node:fs";
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { PneumoscopeError } from "@/lib/errors";
import { dataDirectory } from "./data-directory";
import { withFileLock } from "./file-lock";
import { postgresBinaries } from "./postgres-binaries";
import { postgresCommand, postgresUser } from "./postgres-user";
import { isProcessAlive, type ProcessIdentity, thisProcess } from "./process-identity";
import { databasePassword } from "./secrets";
import { writeFileAtomic } from "./write-file";

const userName = "pneumoscope";
const databaseName = "pneumoscope";
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const watchEveryMs = 1_000;

/** What readers are told, whatever the reason. */
export const recordAway = "The record (database) cannot be reached.";

/** A use of the embedded database. The server runs for as long as at least one process uses it. */
export interface EmbeddedPostgres {
  url: string;
  port: number;
  pid: number;
  /** Ends this use; the last one stops the server. Further calls do nothing. */
  release(): Promise<void>;
}

interface Server {
  pid: number;
  port: number;
}

/**
 * Starts the PostgreSQL cluster in data/postgres (and creates it on first use), or joins the one that another
 * process of ours runs there, also one whose starter was killed.
 * @throws DATABASE_UNAVAILABLE, DISK_FULL
 */
export async function openEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const data = dataDirectory();
  const use = await registerUse(data);
  try {
    const password = await databasePassword();
    const server = await joinOrStart(data, password);
    const stopWatching = startAgainWhenKilled(data, password, server);
    const release = releaseOnce(data, use, server, stopWatching);
    return {
      port: server.port,
      get pid() {
        return server.pid;
      },
      url: urlOf(server.port, password),
      release,
    };
  } catch (error) {
    unregister(use);
    throw error;
  }
}

function joinOrStart(data: string, password: string): Promise<Server> {
  return withServerLock(data, async () => {
    const running = await runningServer(data);
    if (running && (await accepts(running, password))) return running;
    await createCluster(data, password);
    return await startServer(data, password);
  });
}

function withServerLock<T>(data: string, action: () => Promise<T>): Promise<T> {
  return withFileLock(path.join(data, "run", "postgres.lock"), startTimeoutMs * 2, action);
}

/**
 * A server that is killed (out of memory, say) is started again by whoever uses it, on the same port, so that open
 * pools find it again. Nothing that was committed is lost: it recovers from its log.
 * @returns ends the watch, and waits for a start that is under way
 */
function startAgainWhenKilled(data: string, password: string, server: Server): () => Promise<void> {
  let starting: Promise<void> | null = null;
  async function startAgain(): Promise<void> {
    const again = await withServerLock(data, async () => {
      const running = await runningServer(data);
      if (running && (await accepts(running, password))) return running;
      const hasCluster = await stat(path.join(clusterFolder(data), "PG_VERSION")).catch(() => null);
      return hasCluster ? startServer(data, password, server.port) : null;
    });
    if (again?.port === server.port) server.pid = again.pid;
  }
  const timer = setInterval(() => {
    if (starting || isProcessAlive({ pid: server.pid, startTicks: null })) return;
    // It fails while the disk is full, for one; the next look tries again.
    starting = startAgain()
      .catch(() => undefined)
      .finally(() => {
        starting = null;
      });
  }, watchEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await starting;
  };
}

function urlOf(port: number, password: string, database = databaseName): string {
  return `postgres://${userName}:${password}@127.0.0.1:${port}/${database}`;
}

function clusterFolder(data: string): string {
  return path.join(data, "postgres");
}

// --- who uses the server -----------------------------------------------------------------------------------------

function usesFolder(data: string): string {
  return path.join(data, "run", "postgres-uses");
}

async function registerUse(data: string): Promise<string> {
  const file = path.join(usesFolder(data), `${process.pid}.${randomUUID()}.json`);
  await writeFileAtomic(file, JSON.stringify(thisProcess()));
  return file;
}

function unregister(file: string): void {
  rmSync(file, { force: true });
}

/** Whether any living process still uses the server; files of dead ones are removed. */
function isInUse(data: string): boolean {
  const folder = usesFolder(data);
  const living = readdirSync(folder).filter((name) => {
    if (!name.endsWith(".json") || name.startsWith(".")) return false;
    const file = path.join(folder, name);
    try {
      if (isProcessAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity)) return true;
      unlinkSync(file);
    } catch {}
    return false;
  });
  return living.length > 0;
}

function releaseOnce(
  data: string,
  use: string,
  server: Server,
  stopWatching: () => Promise<void>,
): () => Promise<void> {
  let released: Promise<void> | undefined;
  // For a process that ends without calling release: the server gets the signal and stops on its own.
  const onExit = () => {
    if (released) return;
    unregister(use);
    if (!isInUse(data)) signalServer(server.pid);
  };
  process.once("exit", onExit);
  return () => {
    released ??= release();
    return released;
  };

  async function release(): Promise<void> {
    await stopWatching();
    process.off("exit", onExit);
    unregister(use);
    await withServerLock(data, async () => {
      if (!isInUse(data)) await stopServer(data, server.pid);
    });
  }
}

// --- the server --------------------------------------------------------------------------------------------------

/** The server named in postmaster.pid, when that process is alive and a PostgreSQL. */
async function runningServer(data: string): Promise<Server | null> {
  const text = await readFile(path.join(clusterFolder(data), "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const server = { pid: Number(lines[0]), port: Number(lines[3]) };
  if (!(server.pid > 0) || !(server.port > 0)) return null;
  if (!isProcessAlive({ pid: server.pid, startTicks: null }) || !isServerOf(data, server.pid)) return null;
  return server;
}

/** A stale pid file may name a process id that something else has now; outside Linux we cannot tell. */
function isServerOf(data: string, pid: number): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(clusterFolder(data));
  } catch {
    return false;
  }
}

async function accepts(server: Server, password: string): Promise<boolean> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && isProcessAlive({ pid: server.pid, startTicks: null })) {
    const outcome = await tryConnect(server.port, password);
    if (outcome === "ready") return true;
    await delay(100);
  }
  return false;
}

/** "starting" covers every state that passes: not listening yet, starting up, shutting down. */
async function tryConnect(port: number, password: string): Promise<"ready" | "starting"> {
  const sql = postgres(urlOf(port, password, "postgres"), { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await sql`select 1`;
    await sql.unsafe(`create database ${databaseName}`).catch((error: unknown) => {
      // Already there, or another process is just creating it.
      if (!["42P04", "23505"].includes(sqlState(error) ?? "")) throw error;
    });
    return "ready";
  } catch (error) {
    if (sqlState(error) === "28P01") {
      throw new PneumoscopeError(
        "DATABASE_UNAVAILABLE",
        "The embedded database refuses the password in secrets.json: the file was replaced after the database was " +
          "created. Restore secrets.json, or delete data/postgres to start an empty record.",
        { cause: error, userMessage: recordAway },
      );
    }
    return "starting";
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

async function acceptsOrStop(data: string, server: Server, password: string): Promise<boolean> {
  let ready = false;
  try {
    ready = await accepts(server, password);
    return ready;
  } finally {
    if (!ready) await stopServer(data, server.pid);
  }
}

/** @param wanted a port to try first */
async function startServer(data: string, password: string, wanted?: number): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && wanted ? wanted : await freePort();
    const server = await launch(data, port);
    if (server && (await acceptsOrStop(data, server, password))) return server;
    if (attempt === 3) {
      throw new PneumoscopeError(
        "DATABASE_UNAVAILABLE",
        `The embedded database in ${clusterFolder(data)} does not start. Its log says: ${await lastLogLines(data)}`,
        { userMessage: recordAway },
      );
    }
  }
}

/** Starts the server in a session of its own, so that Ctrl-C in a terminal reaches us and not it. */
async function launch(data: string, port: number): Promise<Server | null> {
  const folder = clusterFolder(data);
  const { postgres: program } = await postgresBinaries();
  const args = ["-D", folder, "-p", String(port), "-c", "listen_addresses=127.0.0.1"];
  args.push("-c", "unix_socket_directories=", "-c", "fsync=on", "-c", "shared_buffers=64MB");
  const { command, args: all, options } = postgresCommand(program, args, folder, postgresUser());
  const log = await open(logFile(data), "w", 0o600);
  try {
    const child = spawn(command, all, {
      ...options,
      cwd: folder,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    const failed = new Promise<null>((resolve) => {
      child.once("error", () => resolve(null));
      child.once("exit", () => resolve(null));
    });
    child.unref();
    const pid = child.pid;
    if (!pid) return await failed;
    return await Promise.race([failed, listening(data, { pid, port })]);
  } finally {
    await log.close();
  }
}

async function listening(data: string, server: Server): Promise<Server> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const running = await runningServer(data);
    if (running?.pid === server.pid) return server;
    await delay(30);
  }
  return server;
}

async function stopServer(data: string, pid: number): Promise<void> {
  const server = { pid, startTicks: null };
  if (!isProcessAlive(server) || !isServerOf(data, pid)) return;
  signalServer(pid);
  const deadline = Date.now() + stopTimeoutMs;
  while (isProcessAlive(server) && isServerOf(data, pid)) {
    if (Date.now() > deadline) throw new Error(`The database server (process ${pid}) does not stop.`);
    await delay(20);
  }
}

/** SIGINT is PostgreSQL's “fast shutdown”: it ends connections, writes everything out and exits. */
function signalServer(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {}
}

// --- the cluster -------------------------------------------------------------------------------------------------

/** Makes the cluster in a temporary folder and moves it into place, so that a half-made one is never used. */
async function createCluster(data: string, password: string): Promise<void> {
  const folder = clusterFolder(data);
  if (await stat(path.join(folder, "PG_VERSION")).catch(() => null)) return;
  const user = postgresUser();
  const temporary = `${folder}.${randomUUID()}.tmp`;
  const passwordFile = `${temporary}.password`;
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
    if (user) {
      await chown(temporary, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await initialise(temporary, passwordFile);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(temporary, { recursive: true, force: true });
  }
}

async function initialise(folder: string, passwordFile: string): Promise<void> {
  const { initdb } = await postgresBinaries();
  const args = ["-D", folder, "-U", userName, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  args.push("--encoding=UTF8", "--no-locale", "--no-instructions");
  const { command, args: all, options } = postgresCommand(initdb, args, folder, postgresUser());
  const child = spawn(command, all, { ...options, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (exit, signal) => resolve(exit ?? signal ?? "unknown"));
  });
  if (code === 0) return;
  const full = /No space left on device/.test(output);
  throw new PneumoscopeError(
    full ? "DISK_FULL" : "DATABASE_UNAVAILABLE",
    `The embedded database cannot be created in ${folder} (${code}): ${output.trim()}`,
    { userMessage: full ? "The disk is full." : recordAway },
  );
}

// --- small things ------------------------------------------------------------------------------------------------

function logFile(data: string): string {
  return path.join(data, "run", "postgres.log");
}

async function lastLogLines(data: string): Promise<string> {
  const text = await readFile(logFile(data), "utf8").catch(() => "");
  return text.trim().split("\n").slice(-6).join(" | ") || "(nothing)";
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port was found.");
  return address.port;
}
