import type { Database } from "@/drizzle/client";
import { describeCause } from "@/lib/errors";
import { type DispatchResult, dispatchNotifications } from "./dispatch";
import { type NotificationSettings, readNotificationSettings } from "./settings";

/**
 * Sends what is due before a command or a function of a serverless host ends. What a channel does not take within
 * `budgetMs` stays in the outbox. Never throws.
 */
export async function flushNotifications(
  db: Database,
  log: (line: string) => void,
  {
    settings = readNotificationSettings(),
    budgetMs = 5_000,
  }: { settings?: NotificationSettings; budgetMs?: number } = {},
): Promise<DispatchResult | null> {
  try {
    return await dispatchNotifications({ db, settings, log, budgetMs, timeoutMs: budgetMs });
  } catch (error) {
    log(`the notifications stay in the outbox: ${describeCause(error)}`);
    return null;
  }
}
