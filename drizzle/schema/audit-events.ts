import { sql } from "drizzle-orm";
import { bigserial, index, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { AuditAction } from "@/lib/audit/actions";

export { type AuditAction, auditActions } from "@/lib/audit/actions";

/** What happened, in order; rows are only ever added, which the database enforces. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    action: text().$type<AuditAction>().notNull(),
    actor: text().notNull(),
    entityId: text("entity_id").notNull(),
    details: jsonb().$type<Record<string, unknown>>().notNull(),
    /** Of the chain of lib/audit/chain.ts; null for events from before it. */
    hash: text(),
  },
  (table) => [
    index("audit_events_entity").on(table.entityId),
    index("audit_events_at").on(table.at),
    index("audit_events_action").on(table.action, table.id),
    // What the overview tells; there may be any number of sign-ins since.
    index("audit_events_of_work").on(table.id).where(sql`${table.action} !~ '^(user|api_token|feedback)[.]'`),
  ],
);
export type AuditEvent = typeof auditEvents.$inferSelect;
