import path from "node:path";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres, { type Sql } from "postgres";
import * as schema from "./schema";

export type Database = PostgresJsDatabase<typeof schema>;
/** A database or an open transaction on it. */
export type DatabaseOrTransaction = Database | Parameters<Parameters<Database["transaction"]>[0]>[0];

export interface DatabaseConnection {
  db: Database;
  sql: Sql;
  url: string;
  close(): Promise<void>;
}

/** Opens a pool; nothing is sent before the first query. */
export function openDatabase(url: string, options: { max?: number } = {}): DatabaseConnection {
  const sql = postgres(url, {
    max: options.max ?? 8,
    connect_timeout: 10,
    idle_timeout: 60,
    onnotice: () => undefined,
    connection: { application_name: "pneumoscope" },
  });
  return { db: drizzle(sql, { schema }), sql, url, close: () => sql.end({ timeout: 5 }) };
}

// Any constant will do; it only has to be the same in every process.
const migrationLock = 7_310_946_213;

/** Brings the tables up to date. Processes that start together wait for each other. */
export async function migrateDatabase(url: string): Promise<void> {
  const { db, sql, close } = openDatabase(url, { max: 1 });
  try {
    await sql`select pg_advisory_lock(${migrationLock})`;
    await migrate(db, {
      migrationsFolder: path.join(/* turbopackIgnore: true */ process.cwd(), "drizzle", "migrations"),
    });
  } finally {
    await close();
  }
}

/** The five-digit state of a failed query, also below Drizzle's own error; "23505" is a unique violation. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

const connectionLosses = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  // The server shuts down, crashed, or is starting.
  "57P01",
  "57P02",
  "57P03",
]);

/** Whether a query failed because the database could not be reached, and not because of the query. */
export function isConnectionLoss(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (connectionLosses.has(String((current as { code?: unknown }).code))) return true;
  }
  return false;
}
