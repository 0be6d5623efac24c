import { randomUUID } from "node:crypto";
import { and, count, eq, gt, inArray, max } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { decisions, notifications, trainingRuns } from "@/drizzle/schema";
import { type DescribableEvent, describeEvent } from "@/lib/notifications/describe-event";

export interface NotifiedEvent {
  action: string;
  actor: string;
  entityId: string;
  details: Record<string, unknown>;
}

/**
 * Puts what the team is to be told of an audit event into the outbox, in the transaction that writes the event: it is
 * told if and only if the event happened. Nothing is sent here; see dispatch.ts.
 */
export async function enqueueNotification(tx: DatabaseOrTransaction, event: NotifiedEvent): Promise<void> {
  const content = describeEvent(await withContext(tx, event));
  if (!content) return;
  await tx
    .insert(notifications)
    .values({
      id: `ntf_${randomUUID()}`,
      eventKey: eventKeyOf(event),
      kind: content.kind,
      content,
    })
    .onConflictDoNothing();
}

/** What drifts, ends and drifts again is told each time. */
function eventKeyOf({ action, entityId, details }: NotifiedEvent): string {
  const occurrence = action === "model_version.drifted" ? `:${details.until}` : "";
  return `${action}:${entityId}${occurrence}`;
}

const actionsWithDecision = new Set([
  "model_version.published",
  "model_version.kept",
  "model_version.review_requested",
]);

async function withContext(tx: DatabaseOrTransaction, event: NotifiedEvent): Promise<DescribableEvent> {
  if (event.action === "training_run.skipped" && event.actor === "schedule")
    return { ...event, skippedInARow: await countSkippedInARow(tx) };
  if (!actionsWithDecision.has(event.action)) return event;
  const runId = typeof event.details.runId === "string" ? event.details.runId : event.entityId;
  const [decision] = await tx
    .select({ comparison: decisions.comparison })
    .from(decisions)
    .where(eq(decisions.runId, runId));
  return { ...event, decision: decision?.comparison ?? null };
}

/** Scheduled runs that were skipped since the last run that was not. One is scheduled a day. */
async function countSkippedInARow(tx: DatabaseOrTransaction): Promise<number> {
  const [last] = await tx
    .select({ at: max(trainingRuns.createdAt) })
    .from(trainingRuns)
    .where(inArray(trainingRuns.state, ["succeeded", "failed"]));
  const [row] = await tx
    .select({ runs: count() })
    .from(trainingRuns)
    .where(
      and(
        eq(trainingRuns.state, "skipped"),
        eq(trainingRuns.trigger, "schedule"),
        last?.at ? gt(trainingRuns.createdAt, last.at) : undefined,
      ),
    );
  return row?.runs ?? 0;
}
