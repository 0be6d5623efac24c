import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";

const longestInTrail = 500;

/** Changes a run's notes or tags. Nothing is written where nothing changes. @throws RUN_NOT_FOUND */
export async function annotateRun(
  db: Database,
  { id, notes, tags, actor }: { id: string; notes?: string; tags?: readonly string[]; actor: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [run] = await tx.select().from(trainingRuns).where(eq(trainingRuns.id, id)).for("update");
    if (!run) throw new PneumoscopeError("RUN_NOT_FOUND", `There is no training run ${id}.`);
    const after = { notes: notes ?? run.notes, tags: tags ? [...new Set(tags)].sort() : run.tags };
    const before = { notes: run.notes, tags: run.tags };
    if (JSON.stringify(after) === JSON.stringify(before)) return;
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
