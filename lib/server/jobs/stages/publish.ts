import { eq } from "drizzle-orm";
import { modelVersions } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { describeCause } from "@/lib/errors";
import { recordAuditEventOnce } from "@/lib/server/audit/record-audit-event";
import { publishModelVersion } from "@/lib/server/model-versions/publish";
import { isReviewAsked, requestReview } from "@/lib/server/model-versions/review";
import type { TrainResult } from "@/lib/training/job";
import { describeChallenger } from "../describe-challenger";
import { type Champion, type RunContext, stage } from "./run-context";

/** Makes the challenger the champion. @returns its version */
export async function publish(
  context: RunContext,
  datasetDigest: Digest,
  champion: Champion,
  trained: TrainResult,
): Promise<string> {
  await stage(context, "publish");
  // After a crash between the transaction and the journal the run's own version is the champion.
  const version =
    (await publishedVersion(context)) ?? (await publishNow(context, datasetDigest, champion, trained));
  context.log(`published ${version}`);
  return version;
}

async function publishNow(
  context: RunContext,
  datasetDigest: Digest,
  champion: Champion,
  trained: TrainResult,
): Promise<string> {
  const { run, log } = context;
  const manifest = await describeChallenger(context, {
    run,
    datasetDigest,
    championSerial: champion.serial,
    trained,
  });
  const request = { runId: run.id, manifest, expectedChampionSerial: champion.serial, actor: run.trigger };
  try {
    return (await publishModelVersion(context, request)).version;
  } catch (error) {
    // Once the record has the version, it is published: where the pointer could not follow (a full disk), the
    // scheduler makes it follow later, and the run has not failed.
    const version = await publishedVersion(context);
    if (version === null) throw error;
    log(`pages are not told of ${version} yet: ${describeCause(error)}`);
    return version;
  }
}

/** The version that this run has published, or null. */
async function publishedVersion({ db, run }: RunContext): Promise<string | null> {
  const [row] = await db
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(eq(modelVersions.runId, run.id));
  return row?.version ?? null;
}

/** The run ends here; lib/server/model-versions/review.ts publishes what a person approves. */
export async function askForReview(
  context: RunContext,
  datasetDigest: Digest,
  champion: Champion,
  trained: TrainResult,
): Promise<null> {
  await stage(context, "publish");
  const { run } = context;
  if (await isReviewAsked(context.db, run.id)) return null;
  const manifest = await describeChallenger(context, {
    run,
    datasetDigest,
    championSerial: champion.serial,
    trained,
  });
  const { manifestDigest } = await requestReview(context.db, {
    runId: run.id,
    manifest,
    expectedChampionSerial: champion.serial,
    actor: run.trigger,
    approvalsNeeded: context.policy?.review?.approvals ?? 1,
  });
  context.log(`waits for the approval of manifest ${manifestDigest}`);
  return null;
}

/** The champion stays, and the audit trail says why. */
export async function keep(
  context: RunContext,
  champion: Champion,
  trained: TrainResult,
  reasons: string[],
): Promise<null> {
  await stage(context, "publish");
  await recordAuditEventOnce(context.db, {
    action: "model_version.kept",
    actor: context.run.trigger,
    entityId: context.run.id,
    details: { championSerial: champion.serial, challengerWeightsDigest: trained.weightsDigest, reasons },
  });
  return null;
}
