import { and, asc, eq, isNull, ne, or } from "drizzle-orm";
import { z } from "zod";
import { type Database, type DatabaseOrTransaction, sqlStateOf } from "@/drizzle/client";
import { type Role, roles, type User, users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { endTokens } from "@/lib/server/api-tokens/tokens";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { endLinksMadeBy } from "./end-links-made-by";
import { endSessions } from "./sessions";

export const userRow = z.object({
  id: z.guid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: z.date(),
  deactivatedAt: z.date().nullable(),
  hasSecondFactor: z.boolean(),
});
export type UserRow = z.infer<typeof userRow>;

/** Every account, by name; without what would let one in. */
export async function listUsers(db: Database): Promise<UserRow[]> {
  const rows = await db.select().from(users).orderBy(asc(users.name), asc(users.email));
  return rows.map(({ id, email, name, role, createdAt, deactivatedAt, totpSecret }) => ({
    id,
    email,
    name,
    role,
    createdAt,
    deactivatedAt,
    hasSecondFactor: totpSecret !== null,
  }));
}

/** @throws EMAIL_TAKEN */
export async function addUser(
  tx: DatabaseOrTransaction,
  user: Pick<User, "email" | "name" | "role" | "passwordHash">,
): Promise<User> {
  const added = await tx
    .insert(users)
    .values(user)
    .returning()
    .catch((error: unknown) => {
      if (sqlStateOf(error) === "23505") throw emailTaken(user.email);
      throw error;
    });
  const made = added[0] as User;
  await recordAuditEvent(tx, {
    action: "user.created",
    actor: made.id,
    entityId: made.id,
    details: { role: made.role },
  });
  return made;
}

export function emailTaken(email: string): PneumoscopeError {
  return new PneumoscopeError("EMAIL_TAKEN", `There is an account for ${email} already.`);
}

/**
 * Changes what an account may do, from its next request on.
 * @throws USER_NOT_FOUND, LAST_ADMIN where nobody could administer afterwards
 */
export function changeRole(db: Database, actor: string, userId: string, role: Role): Promise<void> {
  return db.transaction(async (tx) => {
    const user = await lockedUser(tx, userId);
    if (user.role === role) return;
    if (role !== "admin") await requireOtherAdmin(tx, user);
    await tx.update(users).set({ role }).where(eq(users.id, userId));
    const tokensEnded = await endTokens(tx, userId, "role changed");
    const linksEnded = await endLinksMadeBy(tx, userId);
    await recordAuditEvent(tx, {
      action: "user.role_changed",
      actor,
      entityId: userId,
      details: { from: user.role, to: role, tokensEnded, linksEnded },
    });
  });
}

/** Ends an account's access at once, or gives it back. @throws USER_NOT_FOUND, LAST_ADMIN */
export function setActive(db: Database, actor: string, userId: string, active: boolean): Promise<void> {
  return db.transaction(async (tx) => {
    const user = await lockedUser(tx, userId);
    if ((user.deactivatedAt === null) === active) return;
    if (!active) await requireOtherAdmin(tx, user);
    await tx
      .update(users)
      .set({ deactivatedAt: active ? null : new Date() })
      .where(eq(users.id, userId));
    const sessionsEnded = active ? 0 : await endSessions(tx, userId);
    const tokensEnded = active ? 0 : await endTokens(tx, userId, "account deactivated");
    const linksEnded = active ? 0 : await endLinksMadeBy(tx, userId);
    await recordAuditEvent(tx, {
      action: active ? "user.reactivated" : "user.deactivated",
      actor,
      entityId: userId,
      details: { sessionsEnded, tokensEnded, linksEnded },
    });
  });
}

/** Locks every admin as well, in one order: two of them may step down at the same moment. */
async function lockedUser(tx: DatabaseOrTransaction, userId: string): Promise<User> {
  const locked = await tx
    .select()
    .from(users)
    .where(or(eq(users.id, userId), eq(users.role, "admin")))
    .orderBy(asc(users.id))
    .for("update");
  const user = locked.find(({ id }) => id === userId);
  if (!user) throw new PneumoscopeError("USER_NOT_FOUND", `There is no account ${userId}.`);
  return user;
}

async function requireOtherAdmin(tx: DatabaseOrTransaction, user: User): Promise<void> {
  if (user.role !== "admin" || user.deactivatedAt) return;
  const others = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, "admin"), isNull(users.deactivatedAt), ne(users.id, user.id)))
    .limit(1);
  if (others.length === 0) {
    throw new PneumoscopeError(
      "LAST_ADMIN",
      `${user.name} is the last administrator. Make someone else an administrator first.`,
    );
  }
}
