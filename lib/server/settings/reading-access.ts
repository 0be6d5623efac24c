import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { readingAccessPointer, readingNeedsSignIn } from "@/lib/node/reading-access";
import type { Caller } from "@/lib/server/accounts/caller";
import { type ServerContext, serverContext } from "@/lib/server/context";
import { callerOfRequest } from "@/lib/server/trpc/context";
import { readSetting } from "./read";

/** Notes the record's setting where it is read without the database. After each change, and at start. */
export async function syncReadingAccess(db: Database, store: ArtifactStore): Promise<void> {
  const { value, source } = await readSetting(db, "readingAccess");
  if (source === "environment") return;
  const written = (await store.readPointer(readingAccessPointer))?.trim() ?? "open";
  if (written !== value) await store.writePointer(readingAccessPointer, value);
}

const syncEveryMs = 60_000;

/** Hears within a minute what another machine's administrator has set. What goes wrong is tried again. */
export function startReadingAccessSync(context: Pick<ServerContext, "database" | "store">): void {
  const sync = async () => syncReadingAccess((await context.database()).db, context.store);
  setInterval(() => void sync().catch(() => undefined), syncEveryMs).unref();
}

export function mayRead(caller: Caller): boolean {
  return caller.kind === "user" && (caller.role === "doctor" || caller.role === "admin");
}

/**
 * Lets a request for the model through.
 * @returns whether it had to be asked who it is
 * @throws SIGN_IN_REQUIRED, NOT_ALLOWED, DATABASE_UNAVAILABLE where reading needs a session and none can be looked up
 */
export async function requireReader(
  request: Request,
  context: Pick<ServerContext, "database" | "store"> = serverContext(),
): Promise<boolean> {
  if (!(await readingNeedsSignIn(context.store))) return false;
  const caller = await callerOfRequest((await context.database()).db, request);
  if (caller.kind === "anonymous")
    throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in to read images here.");
  if (!mayRead(caller)) throw new PneumoscopeError("NOT_ALLOWED", "Reading is for doctors here.");
  return true;
}
