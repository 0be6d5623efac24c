import { and, count, eq, gt, inArray } from "drizzle-orm";
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

/** An attempt that counts as failed until it is forgotten. */
export interface CountedAttempt {
  attempt: Attempt;
  ids: number[];
}

const keysOf = ({ email, address }: Attempt) => ({
  account: attemptKey("account", email),
  address: attemptKey("address", address),
});

/**
 * Counts an attempt as failed before anything is checked: of many that come at once no more are let through than of
 * many in a row.
 * @throws SIGN_IN_TOO_OFTEN, whether or not there is such an account; such an attempt does not count
 */
export async function beginAttempt(db: DatabaseOrTransaction, attempt: Attempt): Promise<CountedAttempt> {
  const keys = keysOf(attempt);
  const added = await db
    .insert(failedSignIns)
    .values(Object.values(keys).map((key) => ({ key })))
    .returning({ id: failedSignIns.id });
  const counted = { attempt, ids: added.map(({ id }) => id) };
  const since = new Date(Date.now() - withinMs);
  const rows = await db
    .select({ key: failedSignIns.key, failures: count() })
    .from(failedSignIns)
    .where(and(inArray(failedSignIns.key, Object.values(keys)), gt(failedSignIns.at, since)))
    .groupBy(failedSignIns.key);
  const failuresOf = (key: string) => rows.find((row) => row.key === key)?.failures ?? 0;
  if (failuresOf(keys.account) > most.account || failuresOf(keys.address) > most.address) {
    await takeBack(db, counted);
    throw new PneumoscopeError(
      "SIGN_IN_TOO_OFTEN",
      "Sign-in failed too often. Wait 15 minutes, or ask an administrator for a new password.",
    );
  }
  return counted;
}

/** The attempt has not failed, but the account's earlier ones have. */
export async function takeBack(db: DatabaseOrTransaction, { ids }: CountedAttempt): Promise<void> {
  await db.delete(failedSignIns).where(inArray(failedSignIns.id, ids));
}

/** A success wipes the account's failures, not the address's: who guesses may own an account. */
export async function forgetFailures(db: DatabaseOrTransaction, counted: CountedAttempt): Promise<void> {
  await takeBack(db, counted);
  await db.delete(failedSignIns).where(eq(failedSignIns.key, keysOf(counted.attempt).account));
}
