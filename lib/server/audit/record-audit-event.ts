import { and, desc, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type AuditAction, auditEvents } from "@/drizzle/schema";
import { chainStart, hashOfEvent } from "@/lib/audit/chain";
import { askedBy } from "@/lib/server/audit/asked-by";
import { enqueueNotification } from "@/lib/server/notifications/enqueue";

// Any constant will do; it only has to be the same in every process.
const chainLock = 4_117_203_986;

/**
 * Adds to the audit trail, and to the outbox what the team is told of it; called inside the transaction that makes the
 * change.
 */
export async function recordAuditEvent(
  db: DatabaseOrTransaction,
  event: { action: AuditAction; actor: string; entityId: string; details?: Record<string, unknown> },
): Promise<void> {
  const row = { ...event, details: { ...askedBy(), ...event.details }, at: new Date() };
  await db.transaction(async (tx) => {
    await lockChain(tx);
    const [last] = await tx
      .select({ hash: auditEvents.hash })
      .from(auditEvents)
      .orderBy(desc(auditEvents.id))
      .limit(1);
    await tx.insert(auditEvents).values({ ...row, hash: hashOfEvent(last?.hash ?? chainStart, row) });
    await enqueueNotification(tx, row);
  });
}

/** The same, once per action and entity: for a step whose event is all that it leaves, and that a crash may repeat. */
export async function recordAuditEventOnce(
  db: DatabaseOrTransaction,
  event: Parameters<typeof recordAuditEvent>[1],
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockChain(tx);
    const [known] = await tx
      .select({ id: auditEvents.id })
      .from(auditEvents)
      .where(and(eq(auditEvents.action, event.action), eq(auditEvents.entityId, event.entityId)))
      .limit(1);
    if (!known) await recordAuditEvent(tx, event);
  });
}

/** Until this transaction ends nobody else adds to the chain. */
async function lockChain(tx: DatabaseOrTransaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${chainLock})`);
}
