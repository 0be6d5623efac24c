import { type Database, migrateDatabase, openDatabase, sqlStateOf } from "@/drizzle/client";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { type EmbeddedPostgres, openEmbeddedPostgres, recordAway } from "./embedded-postgres";

export interface ConnectedDatabase {
  db: Database;
  /** For child processes: the same database. */
  url: string;
  /** Whether the database is ours to start and stop, or a server named by DATABASE_URL. */
  kind: "embedded" | "server";
  close(): Promise<void>;
}

/**
 * Connects to DATABASE_URL, or to the embedded database where it is not set, and migrates it.
 * @throws DATABASE_UNAVAILABLE
 */
export async function connectDatabase(): Promise<ConnectedDatabase> {
  const given = process.env.DATABASE_URL;
  const embedded = given ? null : await openEmbeddedPostgres();
  const url = embedded?.url ?? given ?? "";
  try {
    await migrateDatabase(url);
  } catch (cause) {
    await embedded?.release();
    throw unavailable(url, cause);
  }
  const { db, close } = openDatabase(url);
  return { db, url, kind: embedded ? "embedded" : "server", close: closing(close, embedded) };
}

function closing(close: () => Promise<void>, embedded: EmbeddedPostgres | null): () => Promise<void> {
  return async () => {
    await close();
    await embedded?.release();
  };
}

function unavailable(url: string, cause: unknown): PneumoscopeError {
  const state = sqlStateOf(cause);
  const reason =
    state === "28P01" || state === "28000" ? "it refuses the user or password" : rootMessage(cause);
  return new PneumoscopeError(
    "DATABASE_UNAVAILABLE",
    `The database at ${withoutPassword(url)} cannot be used: ${reason}. Check DATABASE_URL and that the server runs; ` +
      "without DATABASE_URL an embedded database is used.",
    { cause, userMessage: recordAway },
  );
}

function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  const code = current instanceof Error && "code" in current ? ` (${String(current.code)})` : "";
  return (describeError(current) || "no answer") + code;
}

function withoutPassword(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port || "5432"}${pathname}`;
  } catch {
    return "an address that is not a URL";
  }
}
