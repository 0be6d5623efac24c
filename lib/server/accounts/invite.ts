import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type Role, users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { normalEmail } from "./email";
import { createLink } from "./one-time-links";
import { emailTaken } from "./users";

/** Lets someone make an account. @returns the link's secret @throws EMAIL_TAKEN, NOT_ALLOWED */
export function inviteUser(
  db: Database,
  actor: string,
  { email, role }: { email: string; role: Role },
): Promise<string> {
  const invited = normalEmail(email);
  return db.transaction(async (tx) => {
    const [existing] = await tx.select({ id: users.id }).from(users).where(eq(users.email, invited));
    if (existing) throw emailTaken(invited);
    const secret = await createLink(tx, { purpose: "invitation", email: invited, role }, { madeBy: actor });
    await recordAuditEvent(tx, {
      action: "user.invited",
      actor,
      entityId: invited,
      details: { role },
    });
    return secret;
  });
}

/** Lets someone set another password. @returns the link's secret @throws USER_NOT_FOUND, NOT_ALLOWED */
export function requestPasswordReset(db: Database, actor: string, userId: string): Promise<string> {
  return db.transaction(async (tx) => {
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId));
    if (!user) throw new PneumoscopeError("USER_NOT_FOUND", `There is no account ${userId}.`);
    const secret = await createLink(tx, { purpose: "password-reset", userId }, { madeBy: actor });
    await recordAuditEvent(tx, { action: "user.password_reset_requested", actor, entityId: userId });
    return secret;
  });
}
