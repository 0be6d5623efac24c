import { and, desc, eq, gt, isNull, lt, ne, type SQL } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { type User, userSessions, users } from "@/drizzle/schema";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { readSetting } from "@/lib/server/settings/read";
import type { SignedInCaller } from "./caller";

const lastsMs = 7 * 24 * 60 * 60_000;
/** How exactly the last use is known; every request would be a write otherwise. */
const seenEveryMs = 60_000;

export interface Visitor {
  address: string;
  userAgent: string;
}

/** Signs an account in. @returns the session's id */
export async function openSession(db: Database, userId: string, visitor: Visitor): Promise<string> {
  return db.transaction(async (tx) => {
    const [session] = await tx
      .insert(userSessions)
      .values({
        userId,
        address: visitor.address.slice(0, 100),
        userAgent: visitor.userAgent.slice(0, 300),
        expiresAt: new Date(Date.now() + lastsMs),
      })
      .returning({ id: userSessions.id });
    await recordAuditEvent(tx, {
      action: "user.signed_in",
      actor: userId,
      entityId: userId,
      details: { address: visitor.address },
    });
    return (session as { id: string }).id;
  });
}

/** Whose session this is, with the role of this moment; null where it has ended or the account is deactivated. */
export async function callerOfSession(db: Database, sessionId: string): Promise<SignedInCaller | null> {
  const now = new Date();
  const [found] = await db
    .select({ user: users, lastSeenAt: userSessions.lastSeenAt })
    .from(userSessions)
    .innerJoin(users, eq(users.id, userSessions.userId))
    .where(isOpen(sessionId, now));
  if (!found) return null;
  if (now.getTime() - found.lastSeenAt.getTime() > seenEveryMs) {
    const before = new Date(now.getTime() - seenEveryMs);
    await db
      .update(userSessions)
      .set({ lastSeenAt: now })
      .where(and(eq(userSessions.id, sessionId), lt(userSessions.lastSeenAt, before)));
  }
  return callerOf(db, found.user, sessionId);
}

function isOpen(sessionId: string, now = new Date()): SQL | undefined {
  return and(
    eq(userSessions.id, sessionId),
    isNull(userSessions.endedAt),
    gt(userSessions.expiresAt, now),
    isNull(users.deactivatedAt),
  );
}

/** Whether a session is still somebody's; unlike a request of its own, asking is no use of it. */
export async function sessionLasts(db: Database, sessionId: string): Promise<boolean> {
  const found = await db
    .select({ id: userSessions.id })
    .from(userSessions)
    .innerJoin(users, eq(users.id, userSessions.userId))
    .where(isOpen(sessionId));
  return found.length > 0;
}

/** @param sessionId of a token's holder the token's id */
export async function callerOf(db: Database, user: User, sessionId: string): Promise<SignedInCaller> {
  const { id: userId, email, name, role, totpSecret } = user;
  const caller: SignedInCaller = { kind: "user", userId, sessionId, email, name, role };
  if (role !== "admin" || totpSecret !== null || !(await readSetting(db, "adminSecondFactor")).value)
    return caller;
  return { ...caller, role: "viewer", mustAddSecondFactor: true };
}

/** Sessions of an account that are open, last used first. */
export function listSessions(db: Database, userId: string) {
  const { id, address, userAgent, createdAt, lastSeenAt } = userSessions;
  return db
    .select({ id, address, userAgent, createdAt, lastSeenAt })
    .from(userSessions)
    .where(
      and(
        eq(userSessions.userId, userId),
        isNull(userSessions.endedAt),
        gt(userSessions.expiresAt, new Date()),
      ),
    )
    .orderBy(desc(lastSeenAt));
}

/** Ends one session of an account; of another account it ends none. */
export async function endSession(db: Database, userId: string, sessionId: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const ended = await tx
      .update(userSessions)
      .set({ endedAt: new Date() })
      .where(
        and(eq(userSessions.id, sessionId), eq(userSessions.userId, userId), isNull(userSessions.endedAt)),
      )
      .returning({ id: userSessions.id });
    if (ended.length === 0) return false;
    await recordAuditEvent(tx, {
      action: "user.signed_out",
      actor: userId,
      entityId: userId,
      details: { sessions: 1 },
    });
    return true;
  });
}

/** Signs an account out everywhere else. @returns how many sessions ended */
export function endOtherSessions(db: Database, { userId, sessionId }: SignedInCaller): Promise<number> {
  return db.transaction(async (tx) => {
    const sessions = await endSessions(tx, userId, { except: sessionId });
    if (sessions > 0)
      await recordAuditEvent(tx, {
        action: "user.signed_out",
        actor: userId,
        entityId: userId,
        details: { sessions },
      });
    return sessions;
  });
}

/** Ends every session of an account, or all but one. @returns how many */
export async function endSessions(
  db: DatabaseOrTransaction,
  userId: string,
  { except }: { except?: string } = {},
): Promise<number> {
  const ended = await db
    .update(userSessions)
    .set({ endedAt: new Date() })
    .where(
      and(
        eq(userSessions.userId, userId),
        isNull(userSessions.endedAt),
        except ? ne(userSessions.id, except) : undefined,
      ),
    )
    .returning({ id: userSessions.id });
  return ended.length;
}
