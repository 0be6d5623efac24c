import { and, count, eq, gt, inArray, lt } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { failedSignIns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { attemptKey } from "./attempt-key";

const withinMs = 15 * 60_000;
/** Failures within that time. Many people may share an address. */
const most = { account: 10, address: 60 };

export interface Attempt {
  email: string;
  address: string;
}

const keysOf = ({ email, address }: Attempt) => ({
  account: attemptKey("account", email),
  address: attemptKey("address", address),
});

/** @throws SIGN_IN_TOO_OFTEN, whether or not there is such an account */
export async function requireFewFailures(db: DatabaseOrTransaction, attempt: Attempt): Promise<void> {
  const since = new Date(Date.now() - withinMs);
  for (const kind of ["account", "address"] as const) {
    const [row] = await db
      .select({ failures: count() })
      .from(failedSignIns)
      .where(and(eq(failedSignIns.key, keysOf(attempt)[kind]), gt(failedSignIns.at, since)));
    if ((row?.failures ?? 0) >= most[kind]) {
      throw new PneumoscopeError(
        "SIGN_IN_TOO_OFTEN",
        "Sign-in failed too often. Wait 15 minutes, or ask an administrator for a new password.",
      );
    }
  }
}

export async function countFailure(db: DatabaseOrTransaction, attempt: Attempt): Promise<void> {
  await db.insert(failedSignIns).values(Object.values(keysOf(attempt)).map((key) => ({ key })));
  await db.delete(failedSignIns).where(lt(failedSignIns.at, new Date(Date.now() - withinMs)));
}

/** A success wipes the account's failures, not the address's: who guesses may own an account. */
export async function forgetFailures(db: DatabaseOrTransaction, attempt: Attempt): Promise<void> {
  await db.delete(failedSignIns).where(inArray(failedSignIns.key, [keysOf(attempt).account]));
}
