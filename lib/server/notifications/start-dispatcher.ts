import { describeCause } from "@/lib/errors";
import type { ServerContext } from "@/lib/server/context";
import { dispatchNotifications } from "./dispatch";
import type { NotificationSettings } from "./settings";

const everyMs = 20_000;

/**
 * Sends the outbox's notifications from this process, now and every twenty seconds. What goes wrong is logged once
 * until it goes right again, and stops nothing.
 * @returns a function that stops it
 */
export function startNotificationDispatcher(
  context: Pick<ServerContext, "database">,
  settings: NotificationSettings,
  log: (line: string) => void,
): () => void {
  for (const problem of settings.problems) log(problem);
  let isBusy = false;
  let lastProblem: string | null = null;
  const pass = async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      const { db } = await context.database();
      await dispatchNotifications({ db, settings, log });
      lastProblem = null;
    } catch (error) {
      const problem = describeCause(error);
      if (problem !== lastProblem) log(`the outbox cannot be read: ${problem}`);
      lastProblem = problem;
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void pass(), everyMs);
  timer.unref();
  void pass();
  return () => clearInterval(timer);
}
