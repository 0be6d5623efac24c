import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isConnectionLoss, sqlStateOf } from "@/drizzle/client";
import * as schema from "@/drizzle/schema";
import { connectDatabase } from "./connect-database";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "connect-"));
  process.env.PNEUMOSCOPE_DATA_DIR = folder;
  delete process.env.DATABASE_URL;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("creates and migrates the embedded database once, however many connect at the same time", async () => {
  const all = await Promise.all([connectDatabase(), connectDatabase(), connectDatabase()]);
  const { db } = all[0];
  const tables = await db.execute(sql`select count(*)::int as n from pg_tables where schemaname = 'public'`);
  expect(tables[0]).toEqual({ n: Object.values(schema).filter((part) => is(part, PgTable)).length });
  const applied = await db.execute(
    sql`select count(distinct hash)::int as n, count(*)::int as rows from drizzle.__drizzle_migrations`,
  );
  expect(applied[0]?.n).toBe(applied[0]?.rows);
  for (const database of all) await database.close();
});

it("tells a lost connection from a wrong query", async () => {
  const database = await connectDatabase();
  const row = { id: 2, runId: "a", holder: "b", expiresAt: new Date() };
  const refused = await database.db
    .insert(schema.trainerLock)
    .values(row)
    .catch((error: unknown) => error);
  expect([sqlStateOf(refused), isConnectionLoss(refused)]).toEqual(["23514", false]);
  await database.close();
  const lost = await database.db
    .select()
    .from(schema.trainerLock)
    .catch((error: unknown) => error);
  expect(isConnectionLoss(lost)).toBe(true);
});
