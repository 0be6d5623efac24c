import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { migrateDatabase, openDatabase } from "@/drizzle/client";
import { openEmbeddedPostgres } from "@/lib/node/embedded-postgres";
import { knowMeasures } from "./installation-files";

/** Where a deployment of a test finds its database server, and the migrated database that its own is copied from. */
export interface TestServer {
  url: string;
  template: string;
  folder: string;
}

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

/** Vitest's global set-up: one database server for all integration tests, stopped when the last has ended. */
export default async function startTestServer(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), "deployments-"));
  const { PNEUMOSCOPE_DATA_DIR: before } = process.env;
  process.env.PNEUMOSCOPE_DATA_DIR = path.join(folder, "server");
  const server = await openEmbeddedPostgres();
  if (before === undefined) delete process.env.PNEUMOSCOPE_DATA_DIR;
  else process.env.PNEUMOSCOPE_DATA_DIR = before;

  const template = "template_deployment";
  await onServer(server.url, `create database ${template}`);
  const url = databaseUrl(server.url, template);
  await migrateDatabase(url);
  const { db, close } = openDatabase(url);
  await knowMeasures(db);
  await close();
  project.provide("testServer", { url: server.url, template, folder });
  return async () => {
    await server.release();
    await rm(folder, { recursive: true, force: true });
  };
}

export async function onServer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql.unsafe(statement);
  await sql.end();
}

export function databaseUrl(serverUrl: string, database: string): string {
  return serverUrl.replace(/\/[^/]*$/, `/${database}`);
}
