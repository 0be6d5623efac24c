import { randomUUID } from "node:crypto";
import { and, asc, eq, gte, inArray, lt, lte, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { type NotificationDelivery, notificationDeliveries, notifications } from "@/drizzle/schema";
import { describeError } from "@/lib/errors";
import { type ChannelName, oneLine } from "@/lib/notifications/notification";
import { planReleases, windowMs } from "@/lib/notifications/plan-releases";
import { deliver } from "./channels/deliver";
import { DeliveryError } from "./channels/delivery-error";
import { type NotificationSettings, redactorOf, usableChannels } from "./settings";

export interface DispatchOptions {
  db: Database;
  settings: NotificationSettings;
  log(line: string): void;
  now?: () => Date;
  timeoutMs?: number;
  /** No further delivery is begun after so long. */
  budgetMs?: number;
}

export interface DispatchResult {
  sent: number;
  /** Given up. */
  failed: number;
  /** To be tried again later. */
  postponed: number;
}

export const maximumAttempts = 10;
const defaultTimeoutMs = 10_000;
const defaultBudgetMs = 60_000;
const firstPauseMs = 30_000;
const longestPauseMs = 6 * 60 * 60_000;
const keptMs = 90 * 24 * 60 * 60_000;
/** Longer than one delivery takes; after it another process takes over from one that died. */
const leaseMs = 2 * 60_000;

// Any constant will do; it only has to be the same in every process.
const outboxLock = 7_310_946_215;

/**
 * Releases what waits in the outbox, in summaries where it is a flood, and sends what is due. Each delivery is tried
 * up to `maximumAttempts` times within about a day. A process that dies between sending and noting it makes the next
 * one send again, under the same id.
 * Several processes may call it at the same time.
 */
export async function dispatchNotifications(options: DispatchOptions): Promise<DispatchResult> {
  const result: DispatchResult = { sent: 0, failed: 0, postponed: 0 };
  await release(options);
  await Promise.all(usableChannels(options.settings).map((channel) => drain(channel, options, result)));
  return result;
}

/** One channel's deliveries, one after the other, until it does not take one: the next pass tries it again. */
async function drain(channel: ChannelName, options: DispatchOptions, result: DispatchResult): Promise<void> {
  const endMs = Date.now() + (options.budgetMs ?? defaultBudgetMs);
  while (Date.now() < endMs) {
    const due = await claimOne(options.db, channel, nowOf(options));
    if (!due) return;
    const outcome = await attempt(due, options);
    result[outcome]++;
    if (outcome === "postponed") return;
  }
}

function nowOf({ now = () => new Date() }: DispatchOptions): Date {
  return now();
}

async function release(options: DispatchOptions): Promise<void> {
  const { db, settings } = options;
  const now = nowOf(options);
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${outboxLock})`);
    const waiting = await tx
      .select()
      .from(notifications)
      .where(eq(notifications.state, "waiting"))
      .orderBy(asc(notifications.createdAt));
    const oldest = waiting[0];
    if (!oldest) return;
    const recent = await tx
      .select()
      .from(notifications)
      .where(
        and(
          eq(notifications.state, "released"),
          gte(notifications.releasedAt, new Date(oldest.createdAt.getTime() - windowMs)),
        ),
      );
    const told = recent.map(({ kind, content, releasedAt }) => ({
      kind,
      fingerprint: content.fingerprint,
      isSummary: content.kind === "summary",
      releasedAt: releasedAt ?? now,
    }));
    const plan = planReleases(waiting, told, { now, tellSkippedEvery: settings.tellSkippedEvery });
    await setState(tx, plan.ignore, { state: "ignored" });
    await setState(tx, plan.release, { state: "released", releasedAt: now });
    for (const { of, content } of plan.summaries) {
      const id = `ntf_${randomUUID()}`;
      const kind = waiting.find((row) => row.id === of[0])?.kind ?? content.kind;
      await setState(tx, of, { state: "summed" });
      await tx
        .insert(notifications)
        .values({ id, eventKey: id, kind, content, state: "released", createdAt: now, releasedAt: now });
      plan.release.push(id);
    }
    const deliveries = plan.release.flatMap((notificationId) =>
      usableChannels(settings).map((channel) => ({ notificationId, channel, nextAttemptAt: now })),
    );
    if (deliveries.length > 0) await tx.insert(notificationDeliveries).values(deliveries);
    await forgetOld(tx, now);
  });
}

async function setState(
  tx: DatabaseOrTransaction,
  ids: string[],
  values: { state: "ignored" | "released" | "summed"; releasedAt?: Date },
): Promise<void> {
  if (ids.length > 0) await tx.update(notifications).set(values).where(inArray(notifications.id, ids));
}

async function forgetOld(tx: DatabaseOrTransaction, now: Date): Promise<void> {
  await tx
    .delete(notifications)
    .where(
      and(
        lt(notifications.createdAt, new Date(now.getTime() - keptMs)),
        inArray(notifications.state, ["released", "summed", "ignored"]),
      ),
    );
}

/** The longest due delivery, leased to this process, with its attempt counted. */
async function claimOne(db: Database, channel: ChannelName, now: Date): Promise<NotificationDelivery | null> {
  return db.transaction(async (tx) => {
    const [due] = await tx
      .select()
      .from(notificationDeliveries)
      .where(
        and(
          eq(notificationDeliveries.state, "pending"),
          eq(notificationDeliveries.channel, channel),
          lte(notificationDeliveries.nextAttemptAt, now),
        ),
      )
      .orderBy(asc(notificationDeliveries.nextAttemptAt))
      .limit(1)
      .for("update", { skipLocked: true });
    if (!due) return null;
    const lease = { attempts: due.attempts + 1, nextAttemptAt: new Date(now.getTime() + leaseMs) };
    await tx.update(notificationDeliveries).set(lease).where(isDelivery(due));
    return { ...due, ...lease };
  });
}

function isDelivery({ notificationId, channel }: Pick<NotificationDelivery, "notificationId" | "channel">) {
  return and(
    eq(notificationDeliveries.notificationId, notificationId),
    eq(notificationDeliveries.channel, channel),
  );
}

async function attempt(due: NotificationDelivery, options: DispatchOptions): Promise<keyof DispatchResult> {
  const { db, settings, log, timeoutMs = defaultTimeoutMs } = options;
  const [row] = await db.select().from(notifications).where(eq(notifications.id, due.notificationId));
  if (!row) return "failed";
  try {
    await deliver(due.channel, row, settings, timeoutMs);
  } catch (error) {
    return noteFailure(due, error, options);
  }
  await db
    .update(notificationDeliveries)
    .set({ state: "sent", sentAt: nowOf(options), lastError: null })
    .where(isDelivery(due));
  log(`${due.channel} was told: ${row.content.title}`);
  return "sent";
}

async function noteFailure(
  due: NotificationDelivery,
  error: unknown,
  options: DispatchOptions,
): Promise<"failed" | "postponed"> {
  const { db, settings, log } = options;
  const reason = oneLine(redactorOf(settings)(describeError(error)), 500);
  const isFinal = (error instanceof DeliveryError && error.isFinal) || due.attempts >= maximumAttempts;
  const asked = error instanceof DeliveryError ? (error.retryAfterMs ?? 0) : 0;
  const pauseMs = Math.max(pauseAfter(due.attempts), asked);
  await db
    .update(notificationDeliveries)
    .set({
      state: isFinal ? "failed" : "pending",
      lastError: reason,
      nextAttemptAt: new Date(nowOf(options).getTime() + pauseMs),
    })
    .where(isDelivery(due));
  const next = isFinal ? "given up" : `again in ${Math.ceil(pauseMs / 1000)} s`;
  log(`${due.channel} did not take ${due.notificationId} (attempt ${due.attempts}): ${reason}; ${next}`);
  return isFinal ? "failed" : "postponed";
}

/** 30 s, tripled with each attempt up to six hours, and up to a fifth more so that not everything comes at once. */
export function pauseAfter(attempts: number, random: () => number = Math.random): number {
  const pauseMs = Math.min(firstPauseMs * 3 ** (attempts - 1), longestPauseMs);
  return Math.round(pauseMs * (1 + random() / 5));
}

/** Has deliveries that were given up tried again from the start. @returns how many */
export async function retryFailedDeliveries(db: Database, now = new Date()): Promise<number> {
  const rows = await db
    .update(notificationDeliveries)
    .set({ state: "pending", attempts: 0, nextAttemptAt: now })
    .where(eq(notificationDeliveries.state, "failed"))
    .returning({ id: notificationDeliveries.notificationId });
  return rows.length;
}
