import { and, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type AuditAction, auditEvents } from "@/drizzle/schema";
import { enqueueNotification } from "@/lib/server/notifications/enqueue";

/**
 * Adds to the audit trail, and to the outbox what the team is told of it; called inside the transaction that makes the
 * change.
 */
export async function recordAuditEvent(
  db: DatabaseOrTransaction,
  event: { action: AuditAction; actor: string; entityId: string; details?: Record<string, unknown> },
): Promise<void> {
  const row = { ...event, details: event.details ?? {} };
  await db.transaction(async (tx) => {
    await tx.insert(auditEvents).values(row);
    await enqueueNotification(tx, row);
  });
}

/** The same, once per action and entity: for a step whose event is all that it leaves, and that a crash may repeat. */
export async function recordAuditEventOnce(
  db: DatabaseOrTransaction,
  event: Parameters<typeof recordAuditEvent>[1],
): Promise<void> {
  await db.transaction(async (tx) => {
    const [known] = await tx
      .select({ id: auditEvents.id })
      .from(auditEvents)
      .where(and(eq(auditEvents.action, event.action), eq(auditEvents.entityId, event.entityId)))
      .limit(1);
    if (!known) await recordAuditEvent(tx, event);
  });
}
