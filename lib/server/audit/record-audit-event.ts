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
