import { index, integer, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { ChannelName, NotificationContent } from "@/lib/notifications/notification";

/** waiting: not looked at, or held back for a summary. released: on its way to the channels. */
export type NotificationState = "waiting" | "released" | "summed" | "ignored";

/** What the team is to be told; written in the transaction of the event itself. */
export const notifications = pgTable(
  "notifications",
  {
    /** Receivers know repetitions by it. */
    id: text().primaryKey(),
    /** One notification for one event, however often its step is repeated. */
    eventKey: text("event_key").notNull().unique(),
    /** Of a summary the kind that it sums up. */
    kind: text().notNull(),
    content: jsonb().$type<NotificationContent>().notNull(),
    state: text().$type<NotificationState>().notNull().default("waiting"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    releasedAt: timestamp("released_at", { withTimezone: true }),
  },
  (table) => [index("notifications_state").on(table.state, table.createdAt)],
);
export type NotificationRow = typeof notifications.$inferSelect;

/** A notification's way to one channel. */
export const notificationDeliveries = pgTable(
  "notification_deliveries",
  {
    notificationId: text("notification_id")
      .notNull()
      .references(() => notifications.id, { onDelete: "cascade" }),
    channel: text().$type<ChannelName>().notNull(),
    state: text().$type<"pending" | "sent" | "failed">().notNull().default("pending"),
    attempts: integer().notNull().default(0),
    /** Also the end of the lease of whoever is sending it. */
    nextAttemptAt: timestamp("next_attempt_at", { withTimezone: true }).notNull().defaultNow(),
    /** Without secrets. */
    lastError: text("last_error"),
    sentAt: timestamp("sent_at", { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.notificationId, table.channel] }),
    index("notification_deliveries_due").on(table.state, table.nextAttemptAt),
  ],
);
export type NotificationDelivery = typeof notificationDeliveries.$inferSelect;
