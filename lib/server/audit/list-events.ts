import { and, desc, eq, gt, gte, ilike, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type AuditAction, type AuditEvent, auditEvents } from "@/drizzle/schema";

export interface EventFilter {
  action?: AuditAction | undefined;
  /** Part of an actor's or an entity's name. */
  text?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

interface Portion {
  before?: number | undefined;
  limit: number;
}

/** So many events are read one by one before the index is asked; some ten milliseconds. */
const readFirst = 20_000;

/**
 * Events, newest first, older than `before`. A text is first looked for among the newest, where who was active lately is
 * found at once; only where they do not fill the portion does the trigram index find all that match.
 */
export async function listEvents(db: Database, filter: EventFilter, portion: Portion): Promise<AuditEvent[]> {
  const { text } = filter;
  if (!text) return newestFirst(db, filter, portion, [], sql`${auditEvents.id}`);
  const found = await newestFirst(
    db,
    filter,
    portion,
    [gt(auditEvents.id, startOfNewest(portion)), contains(text)],
    sql`${auditEvents.id}`,
  );
  if (found.length === portion.limit) return found;
  // The sum keeps the planner from walking down the key, through every event where the text is rare.
  return newestFirst(db, filter, portion, [indexed(text), contains(text)], sql`(${auditEvents.id} + 0)`);
}

function newestFirst(
  db: Database,
  { action, since, until }: EventFilter,
  { before, limit }: Portion,
  conditions: readonly (SQL | undefined)[],
  order: SQL,
): Promise<AuditEvent[]> {
  return db
    .select()
    .from(auditEvents)
    .where(
      and(
        action && eq(auditEvents.action, action),
        since && gte(auditEvents.at, since),
        until && lt(auditEvents.at, until),
        before === undefined ? undefined : lt(auditEvents.id, before),
        ...conditions,
      ),
    )
    .orderBy(desc(order))
    .limit(limit);
}

function startOfNewest({ before }: Portion): SQL {
  return before === undefined
    ? sql`(select max(id) from audit_events) - ${readFirst}::bigint`
    : sql`${before - readFirst}::bigint`;
}

/** Three times as quick as ILIKE on one row, and no index is asked for it. */
function contains(text: string): SQL | undefined {
  const has = (column: typeof auditEvents.actor | typeof auditEvents.entityId) =>
    sql`strpos(lower(${column}), lower(${text})) > 0`;
  return or(has(auditEvents.actor), has(auditEvents.entityId));
}

/**
 * What the trigram index is asked: of an address the part up to the @, for the rest is everybody's, and the index takes as
 * long as the text has trigrams.
 */
function indexed(text: string): SQL | undefined {
  const [local = ""] = text.split("@", 1);
  const asked = local.length >= 3 ? text.slice(0, local.length + 1) : text;
  const part = `%${asked.replace(/[\\%_]/g, "\\$&")}%`;
  return or(ilike(auditEvents.actor, part), ilike(auditEvents.entityId, part));
}
