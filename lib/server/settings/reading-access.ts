import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import type { Caller } from "@/lib/server/accounts/caller";
import { callerOfCookie, readSessionCookie } from "@/lib/server/accounts/session-cookie";
import { bearerOf } from "@/lib/server/api-tokens/bearer";
import { callerOfToken } from "@/lib/server/api-tokens/tokens";
import { serverContext } from "@/lib/server/context";
import { askedAt } from "@/lib/server/network/asked-at";
import { fixedSetting, readSetting } from "./read";

const pointer = "settings/reading-access";

/** Whether reading is for signed-in doctors only. It needs no database, as the model needs none. */
export async function readingNeedsSignIn(store: ArtifactStore): Promise<boolean> {
  const fixed = fixedSetting("readingAccess");
  return (fixed ? fixed.value : (await store.readPointer(pointer))?.trim()) === "signed-in";
}

/** Notes the record's setting where it is read without the database. After each change, and at start. */
export async function syncReadingAccess(db: Database, store: ArtifactStore): Promise<void> {
  const { value, source } = await readSetting(db, "readingAccess");
  if (source === "environment") return;
  const written = (await store.readPointer(pointer))?.trim();
  if ((written ?? "open") !== value) await store.writePointer(pointer, value);
}

export const mayRead = (caller: Caller) =>
  caller.kind === "user" && !caller.mustAddSecondFactor && (caller.role === "doctor" || caller.role === "admin");

/**
 * Lets a request for the model through.
 * @throws SIGN_IN_REQUIRED, NOT_ALLOWED, DATABASE_UNAVAILABLE where reading needs a session and none can be looked up
 */
export async function requireReader(request: Request): Promise<void> {
  const context = serverContext();
  if (!(await readingNeedsSignIn(context.store))) return;
  const { db } = await context.database();
  const token = bearerOf(request.headers);
  const caller =
    token === null
      ? await callerOfCookie(db, readSessionCookie(request.headers.get("cookie")))
      : await callerOfToken(db, token, askedAt(request.headers).address);
  if (caller.kind === "anonymous") throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in to read images here.");
  if (!mayRead(caller)) throw new PneumoscopeError("NOT_ALLOWED", "Reading is for doctors here.");
}
