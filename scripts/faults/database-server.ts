import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { freePort, openEmbeddedPostgres } from "@/lib/node/embedded-postgres";
import { postgresBinaries } from "@/lib/node/postgres-binaries";
import { postgresCommand, postgresUser } from "@/lib/node/postgres-user";
import { databasePassword } from "@/lib/node/secrets";
import { childrenOf } from "./armed";

const startTimeoutMs = 20_000;

/** The product's own PostgreSQL, on a port that stays, so that trials can kill it and start it again. */
export interface DatabaseServer {
  readonly pid: number;
  hasExited(): boolean;
  /** Waits until every process of a killed server is gone, then starts it and waits for it to answer. */
  restart(): Promise<void>;
  urlOf(database: string): string;
  /** A connection of the driver's own. */
  connect(database: string): Sql;
  stop(): Promise<void>;
}

/** Makes a cluster below `folder` and starts it. Sets PNEUMOSCOPE_DATA_DIR of this process to the folder. */
export async function startDatabaseServer(folder: string): Promise<DatabaseServer> {
  process.env.PNEUMOSCOPE_DATA_DIR = folder;
  mkdirSync(folder, { recursive: true });
  const made = await openEmbeddedPostgres();
  await made.release();
  const port = await freePort();
  const password = await databasePassword();
  const cluster = path.join(folder, "postgres");
  const { postgres: program } = await postgresBinaries();
  // A killed process leaves what it wrote to the system, so that waiting for the disk would only take time.
  const args = ["-D", cluster, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"];
  args.push("-c", "unix_socket_directories=", "-c", "shared_buffers=32MB", "-c", "log_min_messages=log");
  args.push("-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB");
  const urlOf = (database: string) => `postgres://pneumoscope:${password}@127.0.0.1:${port}/${database}`;
  const connect = (database: string) =>
    postgres(urlOf(database), { max: 1, connect_timeout: 5, onnotice: () => undefined });
  let child: ChildProcess = launch();

  function launch(): ChildProcess {
    const { command, args: all, options } = postgresCommand(program, args, cluster, postgresUser());
    const log = openSync(path.join(folder, "postgres.log"), "a");
    return spawn(command, all, { ...options, cwd: cluster, stdio: ["ignore", log, log] });
  }

  const hasExited = () => child.exitCode !== null || child.signalCode !== null;

  async function answers(): Promise<boolean> {
    const sql = connect("postgres");
    try {
      await sql`select 1`;
      return true;
    } catch {
      return false;
    } finally {
      await sql.end({ timeout: 1 }).catch(() => undefined);
    }
  }

  async function restart(): Promise<void> {
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline) {
      if (hasExited()) child = launch();
      if (await answers()) return;
      await delay(20);
    }
    throw new Error(
      `The database of the trials does not start again; ${path.join(folder, "postgres.log")} says why.`,
    );
  }

  await restart();
  return {
    get pid() {
      return child.pid as number;
    },
    hasExited,
    restart,
    urlOf,
    connect,
    async stop() {
      if (hasExited()) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      const timer = setTimeout(() => {
        for (const pid of [...childrenOf(child.pid as number), child.pid as number])
          process.kill(pid, "SIGKILL");
      }, 5_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
