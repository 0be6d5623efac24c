import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { acceptedStep } from "./second-factor";

/** Asks for a code at each sign-in from now on, once the person has shown that the authenticator works. @throws SIGN_IN_REFUSED */
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
    if (added.length === 0) return;
    await recordAuditEvent(tx, { action: "user.second_factor_added", actor: userId, entityId: userId });
  });
}

/** @param actor the person, or the admin who helps one who has lost the device */
export async function removeSecondFactor(db: Database, actor: string, userId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.update(users).set({ totpSecret: null, totpUsedStep: null }).where(eq(users.id, userId));
    await recordAuditEvent(tx, { action: "user.second_factor_removed", actor, entityId: userId });
  });
}

export async function hasSecondFactor(db: Database, userId: string): Promise<boolean> {
  const [user] = await db.select({ totpSecret: users.totpSecret }).from(users).where(eq(users.id, userId));
  return Boolean(user?.totpSecret);
}
