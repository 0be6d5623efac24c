import { and, asc, eq, inArray, ne, notInArray, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { alphaLedger, type LedgerRow, promotionPolicies, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { nextLevel } from "@/lib/promotion/alpha-ledger";
import { type PromotionPolicy, policyDigest } from "@/lib/promotion/policy";
import type { RunState } from "@/lib/run-search/run-states";

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
    const again = taken ?? (await lookWithoutConsequence(tx, request));
    if (again) return again;
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

/** Nothing came of what their looks said. */
const badEnds: RunState[] = ["failed", "cancelled"];

/** The look of the same comparison by a run that failed or was cancelled. */
async function lookWithoutConsequence(
  tx: DatabaseOrTransaction,
  request: LookRequest,
): Promise<LedgerRow | undefined> {
  const [row] = await tx
    .select({ look: alphaLedger })
    .from(alphaLedger)
    .innerJoin(trainingRuns, eq(trainingRuns.id, alphaLedger.runId))
    .where(and(sameComparison(request), inArray(trainingRuns.state, badEnds)))
    .orderBy(asc(alphaLedger.look))
    .limit(1);
  return row?.look;
}

function sameComparison({ datasetDigest, championWeightsDigest, challengerWeightsDigest }: LookRequest) {
  return and(
    eq(alphaLedger.datasetDigest, datasetDigest),
    eq(alphaLedger.championWeightsDigest, championWeightsDigest),
    eq(alphaLedger.challengerWeightsDigest, challengerWeightsDigest),
  );
}

/**
 * Why this comparison would test nothing new, or null. Neither the run itself nor one that failed or was
 * cancelled stands in its way.
 */
export async function whyNothingNew(db: Database, request: LookRequest): Promise<string | null> {
  const { runId, championWeightsDigest, challengerWeightsDigest } = request;
  if (championWeightsDigest === challengerWeightsDigest)
    return "The challenger's weights are the champion's: there is nothing new to test.";
  const [earlier] = await db
    .select({ runId: alphaLedger.runId })
    .from(alphaLedger)
    .innerJoin(trainingRuns, eq(trainingRuns.id, alphaLedger.runId))
    .where(
      and(ne(alphaLedger.runId, runId), sameComparison(request), notInArray(trainingRuns.state, badEnds)),
    );
  return earlier
    ? `Run ${earlier.runId} compared the same weights on the same images: there is nothing new to test.`
    : null;
}
