import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { evaluationSets } from "@/drizzle/schema";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";
import { requireEvaluationSet } from "./list";

/**
 * Takes a set out of use. Its images, and what was read of them, stay on record.
 * @throws EVALUATION_SET_NOT_FOUND
 */
export async function removeEvaluationSet(
  db: Database,
  { name, actor }: { name: string; actor: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const { id, digest } = await requireEvaluationSet(tx, name);
    const removed = await tx
      .update(evaluationSets)
      .set({ removedAt: new Date(), removedBy: actor })
      .where(and(eq(evaluationSets.id, id), isNull(evaluationSets.removedAt)))
      .returning({ id: evaluationSets.id });
    if (removed.length > 0)
      await recordAuditEvent(tx, {
        action: "evaluation_set.removed",
        actor,
        entityId: name,
        details: { digest },
      });
  });
}
