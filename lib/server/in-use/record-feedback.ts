import { createHmac } from "node:crypto";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { feedback, feedbackDays } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { type FeedbackItem, hourOf } from "@/lib/in-use/feedback";
import { sessionSecret } from "@/lib/node/secrets";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { knownSerials } from "./known-serials";

/** More than anyone reads in a day: it keeps one account from deciding what the figures are. */
const mostChangesPerDay = 2_000;

interface Giver {
  userId: string;
  email: string;
}

/**
 * Takes in what a doctor says of readings, changes and withdrawals among it. The highest revision of an id stands, so
 * an item that comes twice or late changes nothing; neither does one whose id is another account's, nor one about a
 * version that is not on record. The trail tells once a day that an account gave feedback, never on what.
 * @throws FEEDBACK_TOO_OFTEN
 */
export async function recordFeedback(
  db: Database,
  giver: Giver,
  items: readonly FeedbackItem[],
  now = new Date(),
): Promise<{ stored: number }> {
  const secret = await sessionSecret();
  return db.transaction(async (tx) => {
    const known = await knownSerials(
      tx,
      items.flatMap((item) => (item.opinion === "withdrawn" ? [] : [item.serial])),
    );
    let stored = 0;
    for (const item of items) {
      if (item.opinion !== "withdrawn" && !known.has(item.serial)) continue;
      if (await storeItem(tx, item, ownerOf(secret, giver.userId, item.id), now)) stored++;
    }
    if (stored > 0) await countChanges(tx, giver, stored, now);
    return { stored };
  });
}

/** Whose a row is can be proved by its giver, and not looked up by anyone without the server's secret. */
function ownerOf(secret: string, userId: string, id: string): string {
  return createHmac("sha256", secret).update(`feedback\n${userId}\n${id}`).digest("hex");
}

async function storeItem(
  tx: DatabaseOrTransaction,
  item: FeedbackItem,
  owner: string,
  now: Date,
): Promise<boolean> {
  const { id, revision } = item;
  const values = { revision, ...contentOf(item, now) };
  const rows = await tx
    .insert(feedback)
    .values({ id, owner, ...values })
    .onConflictDoUpdate({
      target: feedback.id,
      set: values,
      setWhere: and(lt(feedback.revision, revision), eq(feedback.owner, owner)),
    })
    .returning({ id: feedback.id });
  return rows.length > 0;
}

function contentOf(item: FeedbackItem, now: Date) {
  if (item.opinion === "withdrawn") {
    const nothing = null;
    return {
      serial: nothing,
      probabilityPercent: nothing,
      verdict: nothing,
      opinion: nothing,
      correctedLabel: nothing,
      hour: nothing,
    };
  }
  const latest = hourOf(now);
  return {
    serial: item.serial,
    probabilityPercent: Math.round(item.probability * 100),
    verdict: item.verdict,
    opinion: item.opinion,
    correctedLabel: item.opinion === "corrected" ? item.correctedLabel : null,
    // A clock that is ahead must not put feedback into the future.
    hour: new Date(item.hour < latest ? item.hour : latest),
  };
}

async function countChanges(
  tx: DatabaseOrTransaction,
  { userId, email }: Giver,
  changes: number,
  now: Date,
): Promise<void> {
  const day = now.toISOString().slice(0, 10);
  const [row] = await tx
    .insert(feedbackDays)
    .values({ userId, day, changes })
    .onConflictDoUpdate({
      target: [feedbackDays.userId, feedbackDays.day],
      set: { changes: sql`${feedbackDays.changes} + ${changes}` },
    })
    .returning({ changes: feedbackDays.changes });
  if ((row?.changes ?? 0) > mostChangesPerDay) {
    throw new PneumoscopeError(
      "FEEDBACK_TOO_OFTEN",
      `This account changed feedback more than ${mostChangesPerDay} times today. It is kept and sent again tomorrow.`,
    );
  }
  if (row?.changes !== changes) return;
  await recordAuditEvent(tx, { action: "feedback.received", actor: email, entityId: day });
}
