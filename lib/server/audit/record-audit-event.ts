import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type AuditAction, auditEvents } from "@/drizzle/schema";

/** Adds to the audit trail; called inside the transaction that makes the change. */
export async function recordAuditEvent(
  db: DatabaseOrTransaction,
  event: { action: AuditAction; actor: string; entityId: string; details?: Record<string, unknown> },
): Promise<void> {
  await db.insert(auditEvents).values({ ...event, details: event.details ?? {} });
}
