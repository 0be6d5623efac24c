import { and, asc, gt } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type AuditEvent, auditEvents } from "@/drizzle/schema";
import { eventsToCsv } from "@/lib/audit/csv";
import { contains, type EventFilter, kindAndTime, type Wanted, wantedText } from "./event-filter";

const portion = 2_000;

export const trailFormats = ["csv", "jsonl"] as const;
export type TrailFormat = (typeof trailFormats)[number];

/** The events that fit, oldest first, as UTF-8 in portions: a million need no more memory than a portion. */
export function exportEvents(
  db: Database,
  filter: EventFilter,
  format: TrailFormat,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after = 0;
  let wanted: Wanted | null | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        wanted ??= filter.text ? await wantedText(db, filter.text) : null;
        const events = await db
          .select()
          .from(auditEvents)
          .where(
            and(...kindAndTime(filter), wanted ? contains(wanted) : undefined, gt(auditEvents.id, after)),
          )
          .orderBy(asc(auditEvents.id))
          .limit(portion);
        const text = format === "csv" ? eventsToCsv(events, { header: after === 0 }) : jsonLines(events);
        after = events.at(-1)?.id ?? after;
        if (text) controller.enqueue(encoder.encode(text));
        if (events.length < portion) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function jsonLines(events: readonly AuditEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
