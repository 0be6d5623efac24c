import { eq } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { modelVersions, trainingRuns } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";

/**
 * Adds a remark about a version or a run to the audit trail.
 * @throws MODEL_VERSION_NOT_FOUND where there is neither
 */
export async function commentOnModel(
  db: Database,
  { about, actor, text }: { about: string; actor: string; text: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await requireVersionOrRun(tx, about);
    await recordAuditEvent(tx, {
      action: "model_version.commented",
      actor,
      entityId: about,
      details: { text },
    });
  });
}

async function requireVersionOrRun(tx: DatabaseOrTransaction, name: string): Promise<void> {
  const [version] = await tx.select().from(modelVersions).where(eq(modelVersions.version, name));
  const [run] = await tx.select().from(trainingRuns).where(eq(trainingRuns.id, name));
  if (version || run) return;
  throw new PneumoscopeError(
    "MODEL_VERSION_NOT_FOUND",
    `There is no model version and no run ${name}. “npm run models -- list” names them.`,
  );
}
