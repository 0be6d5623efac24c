import { and, asc, eq, ne, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { alphaLedger, type LedgerRow, promotionPolicies } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { nextLevel } from "@/lib/promotion/alpha-ledger";
import { type PromotionPolicy, policyDigest } from "@/lib/promotion/policy";

export interface LookRequest {
  runId: string;
  datasetDigest: Digest;
  championWeightsDigest: Digest;
  challengerWeightsDigest: Digest;
}

// Any constant will do; it only has to be the same in every process.
const ledgerLock = 7_310_946_214;

/** Keeps the policy's document under its digest. */
export async function recordPolicy(db: DatabaseOrTransaction, policy: PromotionPolicy): Promise<Digest> {
  const digest = policyDigest(policy);
  await db.insert(promotionPolicies).values({ digest, document: policy }).onConflictDoNothing();
  return digest;
}

/**
 * Takes the next look from the ledger, in a transaction of its own that has ended before anything is compared: a crash
 * after it costs the look. A run that comes again gets the look that it took before.
 */
export async function enterLook(
  db: Database,
  request: LookRequest,
  policy: PromotionPolicy,
): Promise<LedgerRow> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${ledgerLock})`);
    const [taken] = await tx.select().from(alphaLedger).where(eq(alphaLedger.runId, request.runId));
    if (taken) return taken;
    const spent = await tx.select().from(alphaLedger).orderBy(asc(alphaLedger.look));
    const [row] = await tx
      .insert(alphaLedger)
      .values({
        ...request,
        look: spent.length + 1,
        level: nextLevel(spent, policy.ledger),
        policyDigest: await recordPolicy(tx, policy),
      })
      .returning();
    if (!row) throw new Error(`The look of run ${request.runId} vanished.`);
    return row;
  });
}

/** Why this comparison would test nothing new, or null. A run does not stand in its own way. */
export async function whyNothingNew(db: Database, request: LookRequest): Promise<string | null> {
  const { runId, datasetDigest, championWeightsDigest, challengerWeightsDigest } = request;
  if (championWeightsDigest === challengerWeightsDigest)
    return "The challenger's weights are the champion's: there is nothing new to test.";
  const [earlier] = await db
    .select({ runId: alphaLedger.runId })
    .from(alphaLedger)
    .where(
      and(
        ne(alphaLedger.runId, runId),
        eq(alphaLedger.datasetDigest, datasetDigest),
        eq(alphaLedger.championWeightsDigest, championWeightsDigest),
        eq(alphaLedger.challengerWeightsDigest, challengerWeightsDigest),
      ),
    );
  return earlier
    ? `Run ${earlier.runId} compared the same weights on the same images: there is nothing new to test.`
    : null;
}
