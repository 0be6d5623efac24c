import { and, desc, eq, gte, ilike, lt, or, type SQL } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type AuditAction, type AuditEvent, auditEvents } from "@/drizzle/schema";

export interface EventFilter {
  action?: AuditAction | undefined;
  /** Part of an actor's or an entity's name. */
  text?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

/** Events, newest first, older than `before`. */
export function listEvents(
  db: Database,
  filter: EventFilter,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<AuditEvent[]> {
  return db
    .select()
    .from(auditEvents)
    .where(and(...conditionsOf(filter), before === undefined ? undefined : lt(auditEvents.id, before)))
    .orderBy(desc(auditEvents.id))
    .limit(limit);
}

function conditionsOf({ action, text, since, until }: EventFilter): (SQL | undefined)[] {
  const part = text && `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return [
    action && eq(auditEvents.action, action),
    part ? or(ilike(auditEvents.actor, part), ilike(auditEvents.entityId, part)) : undefined,
    since && gte(auditEvents.at, since),
    until && lt(auditEvents.at, until),
  ].filter((condition): condition is SQL => Boolean(condition));
}
