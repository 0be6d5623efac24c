import type { Database } from "@/drizzle/client";
import type { Role } from "@/drizzle/schema";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { readingAccessPointer, readingNeedsSignIn } from "@/lib/node/reading-access";
import { requireSignedIn } from "@/lib/server/accounts/require-signed-in";
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

const readers: readonly Role[] = ["doctor", "admin"];

/**
 * Lets a request for the model through.
 * @returns whether it had to be asked who it is
 * @throws SIGN_IN_REQUIRED, NOT_ALLOWED, TOKEN_SCOPE_MISSING, DATABASE_UNAVAILABLE where reading needs a session and none can be looked up
 */
export async function requireReader(
  request: Request,
  context: Pick<ServerContext, "database" | "store"> = serverContext(),
): Promise<boolean> {
  if (!(await readingNeedsSignIn(context.store))) return false;
  const caller = await callerOfRequest((await context.database()).db, request);
  requireSignedIn(caller, { roles: readers, scope: "read" });
  return true;
}
