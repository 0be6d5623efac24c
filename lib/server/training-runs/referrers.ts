import { eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import {
  alphaLedger,
  decisions,
  evaluations,
  modelVersions,
  predictions,
  promotionReviews,
  trainerLock,
  trainingRuns,
} from "@/drizzle/schema";

/** What rests on a run: `names` are versions or runs, `count` the rows. */
export interface RunReferrer {
  kind: "model-version" | "decision" | "review" | "look" | "predictions" | "evaluation" | "retry" | "trainer";
  names: string[];
  count: number;
}

/** Everything for which a run has to stay. */
export async function runReferrers(db: DatabaseOrTransaction, id: string): Promise<RunReferrer[]> {
  const [versions, decided, reviews, looks, predicted, evaluated, retries, locks] = await Promise.all([
    db.select({ name: modelVersions.version }).from(modelVersions).where(eq(modelVersions.runId, id)),
    db.select({ name: decisions.outcome }).from(decisions).where(eq(decisions.runId, id)),
    db.select({ name: promotionReviews.state }).from(promotionReviews).where(eq(promotionReviews.runId, id)),
    db
      .select({ name: sql<string>`${alphaLedger.look}::text` })
      .from(alphaLedger)
      .where(eq(alphaLedger.runId, id)),
    db
      .select({ name: sql<string>`count(*)::text` })
      .from(predictions)
      .where(eq(predictions.runId, id))
      .having(sql`count(*) > 0`),
    db.select({ name: evaluations.setDigest }).from(evaluations).where(eq(evaluations.runId, id)),
    db.select({ name: trainingRuns.id }).from(trainingRuns).where(eq(trainingRuns.retryOf, id)),
    db.select({ name: trainerLock.runId }).from(trainerLock).where(eq(trainerLock.runId, id)),
  ]);
  const found: [RunReferrer["kind"], { name: string }[]][] = [
    ["model-version", versions],
    ["decision", decided],
    ["review", reviews],
    ["look", looks],
    ["predictions", predicted],
    ["evaluation", evaluated],
    ["retry", retries],
    ["trainer", locks],
  ];
  return found
    .filter(([, rows]) => rows.length > 0)
    .map(([kind, rows]) => ({
      kind,
      names: kind === "predictions" ? [] : rows.slice(0, 20).map(({ name }) => name),
      count: kind === "predictions" ? Number(rows[0]?.name ?? 0) : rows.length,
    }));
}
