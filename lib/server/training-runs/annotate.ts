import { isDeepStrictEqual } from "node:util";
import { and, desc, eq, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { auditEvents, trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";

const longestInTrail = 500;

/** A new value, and what the person saw: of two who change it at once, the later one is told. */
interface Change<Value> {
  value: Value;
  seen: Value;
}

export interface Annotation {
  id: string;
  notes?: Change<string> | undefined;
  tags?: Change<readonly string[]> | undefined;
  actor: string;
}

/** Changes a run's notes or tags. Nothing is written where nothing changes. @throws RUN_NOT_FOUND, NOTES_CHANGED */
export async function annotateRun(db: Database, { id, notes, tags, actor }: Annotation): Promise<void> {
  await db.transaction(async (tx) => {
    const [run] = await tx.select().from(trainingRuns).where(eq(trainingRuns.id, id)).for("update");
    if (!run) throw new PneumoscopeError("RUN_NOT_FOUND", `There is no training run ${id}.`);
    const before = { notes: run.notes, tags: run.tags };
    const after = { notes: notes?.value ?? run.notes, tags: tags ? asSet(tags.value) : run.tags };
    if (isDeepStrictEqual(after, before)) return;
    const seen = { notes: notes?.seen ?? run.notes, tags: tags ? asSet(tags.seen) : run.tags };
    if (!isDeepStrictEqual(seen, { notes: run.notes, tags: asSet(run.tags) })) throw await changed(tx, id);
    await tx.update(trainingRuns).set(after).where(eq(trainingRuns.id, id));
    const short = (text: string) => text.slice(0, longestInTrail);
    await recordAuditEvent(tx, {
      action: "training_run.annotated",
      actor,
      entityId: id,
      details: {
        ...(after.notes === before.notes
          ? {}
          : { notes: short(after.notes), notesBefore: short(before.notes) }),
        ...(tags === undefined ? {} : { tags: after.tags, tagsBefore: before.tags }),
      },
    });
  });
}

const asSet = (tags: readonly string[]) => [...new Set(tags)].sort();

async function changed(db: DatabaseOrTransaction, id: string): Promise<PneumoscopeError> {
  const [last] = await db
    .select({ actor: auditEvents.actor })
    .from(auditEvents)
    .where(isAnnotation(id))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return new PneumoscopeError(
    "NOTES_CHANGED",
    `${last?.actor ?? "Someone"} changed the notes or tags of run ${id} meanwhile. Look at them again.`,
  );
}

const isAnnotation = (id: string) =>
  and(eq(auditEvents.entityId, id), eq(auditEvents.action, "training_run.annotated"));

/** Who wrote a run's notes last, and when; null where nobody has. */
export async function lastNoted(db: Database, id: string): Promise<{ who: string; at: Date } | null> {
  const [last] = await db
    .select({ who: auditEvents.actor, at: auditEvents.at })
    .from(auditEvents)
    .where(and(isAnnotation(id), sql`${auditEvents.details} ? 'notes'`))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return last ?? null;
}
