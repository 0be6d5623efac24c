import { bigserial, index, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

export const auditActions = [
  "training_run.started",
  "training_run.succeeded",
  "training_run.failed",
  "training_run.skipped",
  "dataset_version.recorded",
  "dataset_version.made_current",
  "dataset_version.checked",
  "model_version.registered",
  "model_version.published",
  "model_version.kept",
  "model_version.review_requested",
  "model_version.approved",
  "model_version.rejected",
  "model_version.rolled_back",
  "model_version.approval_added",
  "model_version.commented",
  "model_version.revoked",
  "signing_key.rotated",
  "signing_key.distrusted",
  "user.created",
  "user.signed_in",
  "user.sign_in_refused",
  "user.signed_out",
  "user.role_changed",
  "user.deactivated",
  "user.reactivated",
  "user.invited",
  "user.password_changed",
  "user.password_reset_requested",
  "user.second_factor_added",
  "user.second_factor_removed",
  "evaluation_set.added",
  "evaluation_set.removed",
] as const;
export type AuditAction = (typeof auditActions)[number];

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
  (table) => [index("audit_events_entity").on(table.entityId), index("audit_events_at").on(table.at)],
);
export type AuditEvent = typeof auditEvents.$inferSelect;
