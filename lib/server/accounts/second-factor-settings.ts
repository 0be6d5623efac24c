import { and, eq, isNotNull, isNull } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import type { SignedInCaller } from "./caller";
import { acceptedStep } from "./second-factor";
import { beginAttempt, takeBack } from "./sign-in-limit";
import { takeCode } from "./take-code";

/** Asks for a code at each sign-in from now on, once the person has shown that the authenticator works. @throws SIGN_IN_REFUSED, SETTING_CHANGED where there is one */
export async function addSecondFactor(
  db: Database,
  userId: string,
  secret: string,
  code: string,
): Promise<void> {
  const step = acceptedStep(secret, code, null);
  if (step === null)
    throw new PneumoscopeError("SIGN_IN_REFUSED", "The code is wrong. Look at the clock of the device.");
  await db.transaction(async (tx) => {
    const added = await tx
      .update(users)
      .set({ totpSecret: secret, totpUsedStep: step })
      .where(and(eq(users.id, userId), isNull(users.totpSecret)))
      .returning({ id: users.id });
    // Otherwise this authenticator would be taken for the one that is asked.
    if (added.length === 0)
      throw new PneumoscopeError(
        "SETTING_CHANGED",
        "The account has a second factor already. Look at it again.",
      );
    await recordAuditEvent(tx, { action: "user.second_factor_added", actor: userId, entityId: userId });
  });
}

/**
 * Asks for no code any more. A stolen session is not enough: it takes a code.
 * @throws SIGN_IN_REFUSED, SIGN_IN_TOO_OFTEN
 */
export async function removeOwnSecondFactor(
  db: Database,
  { userId, email }: Pick<SignedInCaller, "userId" | "email">,
  { code, address }: { code: string; address: string },
): Promise<void> {
  const attempt = await beginAttempt(db, { email, address });
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (user?.totpSecret && !(await takeCode(db, user, code)))
    throw new PneumoscopeError("SIGN_IN_REFUSED", "The code is wrong, or was used before.");
  await takeBack(db, attempt);
  if (user?.totpSecret) await removeSecondFactor(db, userId, userId);
}

/** For someone who has lost the device. @param actor an admin, who cannot help themself so @throws NOT_ALLOWED */
export async function clearSecondFactor(db: Database, actor: string, userId: string): Promise<void> {
  if (actor === userId)
    throw new PneumoscopeError(
      "NOT_ALLOWED",
      "Another administrator can do this, or a code on your account's page.",
    );
  await removeSecondFactor(db, actor, userId);
}

async function removeSecondFactor(db: Database, actor: string, userId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const removed = await tx
      .update(users)
      .set({ totpSecret: null, totpUsedStep: null })
      .where(and(eq(users.id, userId), isNotNull(users.totpSecret)))
      .returning({ id: users.id });
    if (removed.length === 0) return;
    await recordAuditEvent(tx, { action: "user.second_factor_removed", actor, entityId: userId });
  });
}

export async function hasSecondFactor(db: Database, userId: string): Promise<boolean> {
  const [user] = await db.select({ totpSecret: users.totpSecret }).from(users).where(eq(users.id, userId));
  return Boolean(user?.totpSecret);
}
