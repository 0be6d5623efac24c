import { eq, gte, ilike, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { auditActions, auditEvents, users } from "@/drizzle/schema";

const instant = z.iso.datetime().transform((text) => new Date(text));

/** What of the trail is asked for; in an address as well. */
export const eventFilterShape = {
  action: z.enum(auditActions).optional(),
  /** Part of a person's address, or of an actor's or an entity's name. */
  text: z.string().trim().max(100).optional(),
  since: instant.optional(),
  until: instant.optional(),
};
const eventFilter = z.strictObject(eventFilterShape);
export type EventFilter = z.infer<typeof eventFilter>;

export function kindAndTime({ action, since, until }: EventFilter): (SQL | undefined)[] {
  return [
    action && eq(auditEvents.action, action),
    since && gte(auditEvents.at, since),
    until && lt(auditEvents.at, until),
  ];
}

/** A text that is looked for, with the accounts whose address it is in: some events name people by their account's id. */
export interface Wanted {
  text: string;
  accountIds: readonly string[];
}

const mostAccounts = 500;
/** The index takes as long as all of their ids have trigrams; for more it is quicker to read every event. */
const mostIndexed = 10;

export async function wantedText(db: Database, text: string): Promise<Wanted> {
  const accounts = await db
    .select({ id: users.id })
    .from(users)
    .where(ilike(users.email, likePart(text)))
    .orderBy(users.email)
    .limit(mostAccounts);
  return { text, accountIds: accounts.map(({ id }) => id) };
}

type Column = typeof auditEvents.actor | typeof auditEvents.entityId;

/** Three times as quick as ILIKE on one row, and no index is asked for it. */
export function contains({ text, accountIds }: Wanted): SQL | undefined {
  const has = (column: Column) => sql`strpos(lower(${column}), lower(${text})) > 0`;
  const isOne = (column: Column) =>
    accountIds.length > 0 ? inArray(sql`(${column} || '')`, [...accountIds]) : undefined;
  const columns = [auditEvents.actor, auditEvents.entityId];
  return or(...columns.map(has), ...columns.map(isOne));
}

/**
 * What the trigram index is asked: of an address the part up to the @, for the rest is everybody's, and the index takes as
 * long as the text has trigrams.
 */
export function indexed({ text, accountIds }: Wanted): SQL | undefined {
  if (accountIds.length > mostIndexed) return undefined;
  const [local = ""] = text.split("@", 1);
  const part = likePart(local.length >= 3 ? text.slice(0, local.length + 1) : text);
  const columns = [auditEvents.actor, auditEvents.entityId];
  return or(
    ...columns.map((column) => ilike(column, part)),
    ...columns.map((column) => (accountIds.length > 0 ? inArray(column, [...accountIds]) : undefined)),
  );
}

function likePart(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
