import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { and, eq, lt, or, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { trainerLock } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { isProcessAlive, type ProcessIdentity, thisProcess } from "@/lib/node/process-identity";

/** Who trains; `holder` tells two attempts at the same run apart. */
export interface LockHolder {
  runId: string;
  holder: string;
}

/** A new holder in this process; other processes of this machine can tell when it is dead. */
export function newLockHolder(runId: string): LockHolder {
  return { runId, holder: JSON.stringify({ host: hostname(), ...thisProcess(), attempt: randomUUID() }) };
}

/** Frees the lock at once where its holder was a process of this machine that is gone. */
export async function releaseDeadLock(db: Database): Promise<void> {
  const held = await currentLock(db);
  if (held && isDeadProcess(held.holder)) await releaseTrainerLock(db, held);
}

function isDeadProcess(holder: string): boolean {
  try {
    const { host, pid, startTicks } = JSON.parse(holder) as { host: string } & ProcessIdentity;
    return host === hostname() && !isProcessAlive({ pid, startTicks });
  } catch {
    return false;
  }
}

/** Takes the lock for `leaseMs`, or renews it where it is held already. @returns false while another holder's lease lasts */
export async function acquireTrainerLock(db: Database, lock: LockHolder, leaseMs: number): Promise<boolean> {
  const expiresAt = leaseEnd(leaseMs);
  const mine = and(eq(trainerLock.runId, lock.runId), eq(trainerLock.holder, lock.holder));
  const rows = await db
    .insert(trainerLock)
    .values({ id: 1, ...lock, expiresAt })
    .onConflictDoUpdate({
      target: trainerLock.id,
      set: {
        ...lock,
        expiresAt,
        acquiredAt: sql`case when ${mine} then ${trainerLock.acquiredAt} else now() end`,
      },
      setWhere: or(mine, lt(trainerLock.expiresAt, sql`now()`)),
    })
    .returning({ id: trainerLock.id });
  return rows.length === 1;
}

/** Makes the lease of a held lock last `leaseMs` from now. @returns false where it is not held by this holder any more */
export async function renewTrainerLock(db: Database, lock: LockHolder, leaseMs: number): Promise<boolean> {
  const rows = await db
    .update(trainerLock)
    .set({ expiresAt: leaseEnd(leaseMs) })
    .where(and(eq(trainerLock.runId, lock.runId), eq(trainerLock.holder, lock.holder)))
    .returning({ id: trainerLock.id });
  return rows.length === 1;
}

function leaseEnd(leaseMs: number) {
  return sql<Date>`now() + ${`${leaseMs} milliseconds`}::interval`;
}

export async function releaseTrainerLock(db: Database, lock: LockHolder): Promise<void> {
  await db
    .delete(trainerLock)
    .where(and(eq(trainerLock.runId, lock.runId), eq(trainerLock.holder, lock.holder)));
}

/** The run that trains now, or null. */
export async function currentLock(db: Database): Promise<LockHolder | null> {
  const [row] = await db
    .select({ runId: trainerLock.runId, holder: trainerLock.holder })
    .from(trainerLock)
    .where(sql`${trainerLock.expiresAt} >= now()`);
  return row ?? null;
}

export function runInProgress(runId: string | undefined): PneumoscopeError {
  return new PneumoscopeError(
    "RUN_IN_PROGRESS",
    `Training run ${runId ?? "(another)"} is in progress, and one trains at a time. Wait for it to end, or stop it.`,
  );
}
