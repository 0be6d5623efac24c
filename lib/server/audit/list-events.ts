import { and, desc, gt, inArray, lt, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { type AuditEvent, auditEvents, users } from "@/drizzle/schema";
import { contains, type EventFilter, indexed, kindAndTime, wantedText } from "./event-filter";

export interface ListedEvent extends AuditEvent {
  /** The address of the account that the event names by its id; null where it names none so. */
  actorEmail: string | null;
  entityEmail: string | null;
}

interface Portion {
  before?: number | undefined;
  limit: number;
}

/** So many events are read one by one before the index is asked; some ten milliseconds. */
const readFirst = 20_000;

/** Events, newest first, older than `before`. */
export async function listEvents(
  db: Database,
  filter: EventFilter,
  portion: Portion,
): Promise<ListedEvent[]> {
  const events = await findEvents(db, filter, portion);
  const emailOf = await emailsOf(db, events);
  return events.map((event) => ({
    ...event,
    actorEmail: emailOf.get(event.actor) ?? null,
    entityEmail: emailOf.get(event.entityId) ?? null,
  }));
}

/**
 * A text is first looked for among the newest, where who was active lately is found at once; only where they do not fill
 * the portion does the trigram index find all that match.
 */
async function findEvents(db: Database, filter: EventFilter, portion: Portion): Promise<AuditEvent[]> {
  const { text } = filter;
  if (!text) return newestFirst(db, filter, portion, [], sql`${auditEvents.id}`);
  const wanted = await wantedText(db, text);
  const found = await newestFirst(
    db,
    filter,
    portion,
    [gt(auditEvents.id, startOfNewest(portion)), contains(wanted)],
    sql`${auditEvents.id}`,
  );
  if (found.length === portion.limit) return found;
  // The sum keeps the planner from walking down the key, through every event where the text is rare.
  return newestFirst(db, filter, portion, [indexed(wanted), contains(wanted)], sql`(${auditEvents.id} + 0)`);
}

function newestFirst(
  db: Database,
  filter: EventFilter,
  { before, limit }: Portion,
  conditions: readonly (SQL | undefined)[],
  order: SQL,
): Promise<AuditEvent[]> {
  return db
    .select()
    .from(auditEvents)
    .where(
      and(
        ...kindAndTime(filter),
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

const isAccountId = (text: string) => z.guid().safeParse(text).success;

async function emailsOf(db: Database, events: readonly AuditEvent[]): Promise<Map<string, string>> {
  const ids = new Set(events.flatMap(({ actor, entityId }) => [actor, entityId]).filter(isAccountId));
  if (ids.size === 0) return new Map();
  const found = await db
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(inArray(users.id, [...ids]));
  return new Map(found.map(({ id, email }) => [id, email]));
}
