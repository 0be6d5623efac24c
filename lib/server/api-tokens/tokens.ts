import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, gt, isNull, lt, or } from "drizzle-orm";
import { z } from "zod";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { apiTokens, users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import type { SignedInCaller } from "@/lib/server/accounts/caller";
import { callerOf } from "@/lib/server/accounts/sessions";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { scopes as knownScopes, type Scope } from "./scopes";

const dayMs = 24 * 60 * 60_000;
const mostPerPerson = 50;
/** How exactly the last use is known; every request would be a write otherwise. */
const seenEveryMs = 60_000;
/** Scanners for leaked secrets find tokens by it. */
const prefix = "pneumo_";

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** Whether a text could be a token: the rest need not be looked up. */
const looksLikeToken = (text: string) => /^pneumo_[\w-]{43}$/.test(text);

export interface NewToken {
  name: string;
  scopes: Scope[];
  /** 1 to 365. */
  days: number;
}

/** Makes a token for a person. @returns the token, which is kept nowhere @throws TOO_MANY_REQUESTS beyond 50 open ones */
export function createToken(
  db: Database,
  userId: string,
  { name, scopes, days }: NewToken,
): Promise<{ id: string; token: string; expiresAt: Date }> {
  const token = `${prefix}${randomBytes(32).toString("base64url")}`;
  const expiresAt = new Date(Date.now() + days * dayMs);
  return db.transaction(async (tx) => {
    const [owner] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("update");
    if (!owner) throw new PneumoscopeError("USER_NOT_FOUND", `There is no account ${userId}.`);
    const open = await tx.select({ id: apiTokens.id }).from(apiTokens).where(isOpen(userId));
    if (open.length >= mostPerPerson)
      throw new PneumoscopeError("TOO_MANY_REQUESTS", `${mostPerPerson} tokens are open. Revoke one first.`);
    const granted = [...new Set(scopes)];
    const [made] = await tx
      .insert(apiTokens)
      .values({
        userId,
        name,
        scopes: granted,
        secretHash: hashOf(token),
        ending: token.slice(-4),
        expiresAt,
      })
      .returning({ id: apiTokens.id });
    const { id } = made as { id: string };
    await recordAuditEvent(tx, {
      action: "api_token.created",
      actor: userId,
      entityId: id,
      details: { name, scopes: granted, expiresAt: expiresAt.toISOString() },
    });
    return { id, token, expiresAt };
  });
}

function isOpen(userId?: string) {
  return and(
    userId === undefined ? undefined : eq(apiTokens.userId, userId),
    isNull(apiTokens.endedAt),
    gt(apiTokens.expiresAt, new Date()),
  );
}

/** Who holds a token, with the role of this moment. @throws TOKEN_INVALID */
export async function callerOfToken(db: Database, token: string, address: string): Promise<SignedInCaller> {
  const [found] = looksLikeToken(token)
    ? await db
        .select({ token: apiTokens, user: users })
        .from(apiTokens)
        .innerJoin(users, eq(users.id, apiTokens.userId))
        .where(and(eq(apiTokens.secretHash, hashOf(token)), isOpen(), isNull(users.deactivatedAt)))
    : [];
  if (!found)
    throw new PneumoscopeError("TOKEN_INVALID", "The token was revoked, has expired, or was never given.");
  const { id, scopes } = found.token;
  await noteUse(db, id, address);
  return { ...(await callerOf(db, found.user, id)), token: { id, scopes } };
}

async function noteUse(db: Database, id: string, address: string): Promise<void> {
  const before = new Date(Date.now() - seenEveryMs);
  await db
    .update(apiTokens)
    .set({ lastUsedAt: new Date(), lastUsedFrom: address.slice(0, 100) })
    .where(and(eq(apiTokens.id, id), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, before))));
}

export const tokenRow = z.object({
  id: z.guid(),
  userId: z.guid(),
  owner: z.string().describe("an e-mail address"),
  name: z.string(),
  scopes: z.array(z.enum(knownScopes)),
  ending: z.string().describe("the token's last four characters"),
  createdAt: z.date(),
  expiresAt: z.date(),
  lastUsedAt: z.date().nullable(),
  lastUsedFrom: z.string().nullable(),
  endedAt: z.date().nullable(),
  endedBecause: z.enum(["revoked", "role changed", "account deactivated"]).nullable(),
});
export type TokenRow = z.infer<typeof tokenRow>;

/** A person's tokens, or everybody's: open ones and those that ended, newest first, at most 500. */
export async function listTokens(db: Database, userId?: string): Promise<TokenRow[]> {
  const rows = await db
    .select({ token: apiTokens, owner: users.email })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(userId === undefined ? undefined : eq(apiTokens.userId, userId))
    .orderBy(desc(apiTokens.createdAt))
    .limit(500);
  return rows.map(({ token: { secretHash: _, ...token }, owner }) => ({ ...token, owner }));
}

/** Ends a token: one's own, or as an admin anyone's. @returns whether there was one to end */
export function revokeToken(db: Database, caller: SignedInCaller, id: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const mayEnd = caller.role === "admin" ? undefined : eq(apiTokens.userId, caller.userId);
    const ended = await tx
      .update(apiTokens)
      .set({ endedAt: new Date(), endedBecause: "revoked" })
      .where(and(eq(apiTokens.id, id), isNull(apiTokens.endedAt), mayEnd))
      .returning({ name: apiTokens.name, userId: apiTokens.userId });
    if (!ended[0]) return false;
    await recordAuditEvent(tx, {
      action: "api_token.revoked",
      actor: caller.userId,
      entityId: id,
      details: { name: ended[0].name, owner: ended[0].userId },
    });
    return true;
  });
}

/** Ends every token of an account. @returns how many */
export async function endTokens(
  tx: DatabaseOrTransaction,
  userId: string,
  because: "role changed" | "account deactivated",
): Promise<number> {
  const ended = await tx
    .update(apiTokens)
    .set({ endedAt: new Date(), endedBecause: because })
    .where(and(eq(apiTokens.userId, userId), isNull(apiTokens.endedAt)))
    .returning({ id: apiTokens.id });
  return ended.length;
}
