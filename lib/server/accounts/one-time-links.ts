import { createHash, randomBytes } from "node:crypto";
import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { type OneTimeLink, oneTimeLinks, type Role, type User, users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { normalEmail } from "./email";
import { hashPassword } from "./password";
import { endSessions } from "./sessions";
import { addUser } from "./users";

const lastsMs = {
  "first-admin": 24 * 60 * 60_000,
  invitation: 7 * 24 * 60 * 60_000,
  "password-reset": 60 * 60_000,
};

const hashOf = (secret: string) => createHash("sha256").update(secret).digest("hex");

export type LinkRequest =
  | { purpose: "first-admin" }
  | { purpose: "invitation"; email: string; role: Role }
  | { purpose: "password-reset"; userId: string };

/**
 * Makes a link. Of several for the same person and purpose the latest works: who was invited with the wrong role is
 * invited again. One that an administrator makes ends with that account or role.
 * @param options.madeBy that administrator; absent for the server's own links
 * @returns the link's secret, which is kept nowhere @throws NOT_ALLOWED for who is an administrator no longer
 */
export async function createLink(
  tx: DatabaseOrTransaction,
  request: LinkRequest,
  { minutes, madeBy = null }: { minutes?: number; madeBy?: string | null } = {},
): Promise<string> {
  const accounts = await lockAccounts(tx, [
    madeBy,
    request.purpose === "password-reset" ? request.userId : null,
  ]);
  const maker = accounts.find(({ id }) => id === madeBy);
  if (maker && (maker.role !== "admin" || maker.deactivatedAt))
    throw new PneumoscopeError("NOT_ALLOWED", "Only administrators make links for others.");
  await endLinks(tx, request);
  const secret = randomBytes(32).toString("base64url");
  await tx.insert(oneTimeLinks).values({
    ...request,
    madeBy,
    secretHash: hashOf(secret),
    expiresAt: new Date(Date.now() + (minutes === undefined ? lastsMs[request.purpose] : minutes * 60_000)),
  });
  return secret;
}

/**
 * Locks the accounts that a link concerns, before the link and in the order of users.ts. Who makes a link while being
 * deactivated either has made it before, and it ends, or is told no.
 */
async function lockAccounts(tx: DatabaseOrTransaction, given: (string | null)[]) {
  const ids = given.filter((id) => id !== null);
  if (ids.length === 0) return [];
  return tx
    .select({ id: users.id, role: users.role, deactivatedAt: users.deactivatedAt })
    .from(users)
    .where(inArray(sql`${users.id}::text`, ids))
    .orderBy(asc(users.id))
    .for("no key update");
}

async function endLinks(tx: DatabaseOrTransaction, request: LinkRequest): Promise<void> {
  await tx
    .update(oneTimeLinks)
    .set({ usedAt: new Date() })
    .where(
      and(
        eq(oneTimeLinks.purpose, request.purpose),
        request.purpose === "invitation" ? eq(oneTimeLinks.email, request.email) : undefined,
        request.purpose === "password-reset" ? eq(oneTimeLinks.userId, request.userId) : undefined,
        isNull(oneTimeLinks.usedAt),
      ),
    );
}

const isOpen = (secret: string) =>
  and(
    eq(oneTimeLinks.secretHash, hashOf(secret)),
    isNull(oneTimeLinks.usedAt),
    gt(oneTimeLinks.expiresAt, new Date()),
  );

/** What a link is for. @throws LINK_INVALID where there is no such link, or it was used, or is too old */
export async function readLink(
  db: Database,
  secret: string,
): Promise<Pick<OneTimeLink, "purpose" | "email" | "role">> {
  const { purpose, email, role } = await openLink(db, secret);
  return { purpose, email, role };
}

async function openLink(db: Database, secret: string): Promise<OneTimeLink> {
  const [link] = await db.select().from(oneTimeLinks).where(isOpen(secret));
  if (!link) throw invalid();
  return link;
}

export interface LinkAnswer {
  secret: string;
  password: string;
  /** For a new account. */
  name?: string | undefined;
  /** For the first administrator. */
  email?: string | undefined;
}

/**
 * Uses a link: makes the account, or gives it a new password and ends its sessions. One of two uses at once wins.
 * @throws LINK_INVALID, EMAIL_TAKEN
 */
export async function takeLink(db: Database, answer: LinkAnswer): Promise<User> {
  // Hashing a password is dear: nobody gets it done by a link that was never given.
  const { userId } = await openLink(db, answer.secret);
  const passwordHash = await hashPassword(answer.password);
  return db.transaction(async (tx) => {
    await lockAccounts(tx, [userId]);
    const [link] = await tx
      .update(oneTimeLinks)
      .set({ usedAt: new Date() })
      .where(isOpen(answer.secret))
      .returning();
    if (!link) throw invalid();
    if (link.purpose === "password-reset") return changePassword(tx, link.userId as string, passwordHash);
    const email = link.email ?? answer.email;
    if (!email || !answer.name) throw invalid();
    if (link.purpose === "first-admin" && (await hasAdmin(tx))) throw invalid();
    return addUser(tx, {
      email: normalEmail(email),
      name: answer.name,
      role: link.role ?? "admin",
      passwordHash,
    });
  });
}

async function changePassword(
  tx: DatabaseOrTransaction,
  userId: string,
  passwordHash: string,
): Promise<User> {
  const [user] = await tx.update(users).set({ passwordHash }).where(eq(users.id, userId)).returning();
  if (!user) throw invalid();
  const sessionsEnded = await endSessions(tx, userId);
  await recordAuditEvent(tx, {
    action: "user.password_changed",
    actor: userId,
    entityId: userId,
    details: { sessionsEnded },
  });
  return user;
}

/** Whether anyone can administer this deployment. */
export async function hasAdmin(db: DatabaseOrTransaction): Promise<boolean> {
  const [admin] = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, "admin"), isNull(users.deactivatedAt)))
    .limit(1);
  return admin !== undefined;
}

function invalid(): PneumoscopeError {
  return new PneumoscopeError(
    "LINK_INVALID",
    "This link was used before, has expired, or was never given. Ask for a new one.",
  );
}
