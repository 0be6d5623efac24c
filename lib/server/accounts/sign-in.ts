import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type User, users } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { attemptKey } from "./attempt-key";
import { normalEmail } from "./email";
import { passwordMatches } from "./password";
import { type Attempt, beginAttempt, type CountedAttempt, forgetFailures, takeBack } from "./sign-in-limit";
import { takeCode } from "./take-code";

export interface Credentials {
  email: string;
  password: string;
  /** Six digits, where the account has a second factor. */
  code?: string | undefined;
  address: string;
}

const longestPassword = 1_000;

/**
 * Whose password this is. Wrong password, unknown account and deactivated account look alike and take the same time.
 * @throws SIGN_IN_REFUSED, SIGN_IN_TOO_OFTEN, SECOND_FACTOR_REQUIRED where the password is right and the code absent
 */
export async function signIn(db: Database, { email, password, code, address }: Credentials): Promise<User> {
  const attempt = await beginAttempt(db, { email: normalEmail(email), address });
  const [user] = await db.select().from(users).where(eq(users.email, attempt.attempt.email));
  const mayEnter = user && !user.deactivatedAt && password.length <= longestPassword ? user : null;
  const isRight = await passwordMatches(mayEnter?.passwordHash ?? null, password.slice(0, longestPassword));
  if (!mayEnter || !isRight) return refuse(db, attempt);
  if (mayEnter.totpSecret) {
    if (!code) {
      await takeBack(db, attempt);
      throw new PneumoscopeError(
        "SECOND_FACTOR_REQUIRED",
        "This account also asks for a code of six digits.",
      );
    }
    if (!(await takeCode(db, mayEnter, code))) return refuse(db, attempt);
  }
  await forgetFailures(db, attempt);
  return mayEnter;
}

async function refuse(db: Database, { attempt }: CountedAttempt): Promise<never> {
  await recordRefusal(db, attempt, "password");
  throw new PneumoscopeError("SIGN_IN_REFUSED", "E-mail, password or code is wrong.");
}

export function recordRefusal(
  db: Database,
  { email, address }: Attempt,
  by: "password" | "single sign-on",
): Promise<void> {
  return recordAuditEvent(db, {
    action: "user.sign_in_refused",
    actor: "anonymous",
    // An address typed by mistake may be a password.
    entityId: attemptKey("account", email),
    details: { address, by },
  });
}
