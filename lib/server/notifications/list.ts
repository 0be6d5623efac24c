import { desc, inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import {
  type NotificationDelivery,
  type NotificationRow,
  notificationDeliveries,
  notifications,
} from "@/drizzle/schema";

export interface ListedNotification {
  notification: NotificationRow;
  deliveries: NotificationDelivery[];
}

/** Newest first, each with its way to the channels. */
export async function listNotifications(db: Database, limit = 50): Promise<ListedNotification[]> {
  const rows = await db.select().from(notifications).orderBy(desc(notifications.createdAt)).limit(limit);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const deliveries = await db
    .select()
    .from(notificationDeliveries)
    .where(inArray(notificationDeliveries.notificationId, ids));
  return rows.map((notification) => ({
    notification,
    deliveries: deliveries.filter((delivery) => delivery.notificationId === notification.id),
  }));
}
