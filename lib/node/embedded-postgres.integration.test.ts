import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEmbeddedPostgres } from "./embedded-postgres";
import { isProcessAlive } from "./process-identity";
import { bundledEntry } from "./testing/bundled-entry";

const fixture = bundledEntry("lib/node/__fixtures__/use-postgres");
let folder: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  // mkdtemp makes a folder that only we may enter: as root, the hard case for the server's own account.
  folder = await mkdtemp(path.join(tmpdir(), "postgres-"));
  process.env.PNEUMOSCOPE_DATA_DIR = path.join(folder, "data");
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  await rm(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  return isProcessAlive({ pid, startTicks: null });
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 200; tries++) await new Promise((r) => setTimeout(r, 50));
  expect(condition()).toBe(true);
}

async function useInOtherProcess(how: string): Promise<{ child: ChildProcess; pid: number; url: string }> {
  const child = spawn(process.execPath, [fixture, how], {
    stdio: ["ignore", "pipe", "inherit"],
    env: process.env,
  });
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk) => resolve(String(chunk)));
    child.once("exit", () => reject(new Error("it ended without a word")));
  });
  return { child, ...(JSON.parse(line) as { pid: number; url: string }) };
}

async function write(url: string, value: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create table if not exists notes (value text)`;
  await sql`insert into notes values (${value})`;
  await sql.end();
}

async function read(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 });
  const rows = await sql<{ value: string }[]>`select value from notes`;
  await sql.end();
  return rows.map((row) => row.value);
}

describe("openEmbeddedPostgres", () => {
  it("creates a cluster, keeps its rows, and stops with its last user", async () => {
    const first = await openEmbeddedPostgres();
    await write(first.url, "kept");
    const second = await openEmbeddedPostgres();
    expect(second.pid).toBe(first.pid);
    await first.release();
    await first.release();
    expect(await read(second.url)).toEqual(["kept"]);
    await second.release();
    expect(isAlive(second.pid)).toBe(false);
    const third = await openEmbeddedPostgres();
    expect(await read(third.url)).toEqual(["kept"]);
    await third.release();
  });

  it("is created once when several ask at the same time", async () => {
    const all = await Promise.all([
      openEmbeddedPostgres(),
      useInOtherProcess("wait"),
      openEmbeddedPostgres(),
    ]);
    expect(new Set(all.map((use) => use.pid)).size).toBe(1);
    expect((await readdir(path.join(folder, "data"))).sort()).toEqual(["postgres", "run", "secrets.json"]);
    await all[0].release();
    await all[2].release();
    expect(isAlive(all[0].pid)).toBe(true);
    all[1].child.kill("SIGKILL");
    await eventually(() => all[1].child.signalCode !== null);
    const last = await openEmbeddedPostgres();
    expect(last.pid).toBe(all[0].pid);
    await last.release();
    expect(isAlive(last.pid)).toBe(false);
  });

  it("is found again after its starter was killed", async () => {
    const killed = await useInOtherProcess("wait");
    await write(killed.url, "before");
    killed.child.kill("SIGKILL");
    await eventually(() => killed.child.signalCode !== null);
    const found = await openEmbeddedPostgres();
    expect(found).toMatchObject({ pid: killed.pid, url: killed.url });
    expect(await read(found.url)).toEqual(["before"]);
    await found.release();
    expect(isAlive(found.pid)).toBe(false);
  });

  it("stops when its only user ends without a word", async () => {
    const { pid } = await useInOtherProcess("exit");
    await eventually(() => !isAlive(pid));
  });

  it("starts again after the server itself was killed, with a stale pid file left", async () => {
    const first = await openEmbeddedPostgres();
    await write(first.url, "kept");
    process.kill(first.pid, "SIGKILL");
    await eventually(() => !isAlive(first.pid));
    await first.release();
    const second = await openEmbeddedPostgres();
    expect(await read(second.url)).toEqual(["kept"]);
    await second.release();
    // A pid file that names a living process that is no database.
    const pidFile = path.join(folder, "data", "postgres", "postmaster.pid");
    await writeFile(pidFile, `${process.pid}\n${folder}\n1\n5432\n`, { mode: 0o600 });
    await chmod(pidFile, 0o600);
    const third = await openEmbeddedPostgres();
    expect(third.pid).not.toBe(process.pid);
    expect(await read(third.url)).toEqual(["kept"]);
    await third.release();
  });

  it("is started again on its port by a process that uses it", async () => {
    const use = await openEmbeddedPostgres();
    await write(use.url, "kept");
    const { pid } = use;
    process.kill(pid, "SIGKILL");
    await eventually(() => use.pid !== pid);
    expect(await read(use.url)).toEqual(["kept"]);
    await use.release();
    expect(isAlive(use.pid)).toBe(false);
  });

  it("says what to do when the secrets no longer fit", async () => {
    const first = await openEmbeddedPostgres();
    await first.release();
    await rm(path.join(folder, "data", "secrets.json"));
    await expect(openEmbeddedPostgres()).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining("secrets.json"),
    });
  });
});
