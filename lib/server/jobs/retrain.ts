import { eq } from "drizzle-orm";
import { type Database, isConnectionLoss } from "@/drizzle/client";
import { modelVersions, type RunStage, type TrainingRun, trainingRuns } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import type { Md5 } from "@/lib/dvc/md5";
import { describeCause, PneumoscopeError } from "@/lib/errors";
import type { SigningKey } from "@/lib/manifest";
import { ensureWeightsStored } from "@/lib/node/current-model";
import type { BadFile } from "@/lib/node/import-dataset";
import { defaultPolicy, type PromotionPolicy } from "@/lib/promotion/policy";
import { recordAuditEventOnce } from "@/lib/server/audit/record-audit-event";
import { checkDatasetVersion, requirePassed } from "@/lib/server/dataset-versions/check";
import { importSource, kindOfSource } from "@/lib/server/dataset-versions/import-source";
import { makeCurrent } from "@/lib/server/dataset-versions/make-current";
import { countSplits, recordDatasetVersion } from "@/lib/server/dataset-versions/record";
import { requireApartFromEvaluationSets } from "@/lib/server/evaluation-sets/require-apart";
import { findModelVersion, requireChampion } from "@/lib/server/model-versions/current";
import { publishModelVersion } from "@/lib/server/model-versions/publish";
import { isReviewAsked, requestReview } from "@/lib/server/model-versions/review";
import { cancelReason } from "@/lib/server/training-runs/cancel";
import {
  endRun,
  enterStage,
  findSameRun,
  recordEpochs,
  requireRun,
  startRun,
} from "@/lib/server/training-runs/runs";
import {
  comparisonConditions,
  type EvaluateJob,
  type EvaluateResult,
  type Parity,
  type TrainJob,
  type TrainResult,
} from "@/lib/training/job";
import { decideOnChallenger, type NamedSet } from "./decide-on-challenger";
import { describeChallenger } from "./describe-challenger";
import { evaluateOnSets } from "./evaluate-on-sets";
import { hasPredictions, recordPredictions } from "./record-predictions";
import { evaluateStep, failStep, RunInterrupted, type Steps, trainStep } from "./steps";

export interface RetrainDependencies {
  db: Database;
  store: ArtifactStore;
  signingKey: SigningKey;
  log(line: string): void;
  /** What decides; absent: the default policy. */
  policy?: PromotionPolicy;
  /** Where the objects of a `.dvc` file are looked for first. */
  dataRemote?: string | undefined;
  /** The largest share of files that may be unusable; absent: importFiles' own. */
  maxBadShare?: number | undefined;
  onImportProgress?: (progress: { done: number; total: number }) => void;
}

export interface RetrainOutcome {
  runId: string;
  outcome: "promoted" | "review" | "kept" | "skipped";
  reason: string;
  datasetDigest: Digest | null;
  /** The version that was published; null where none was. */
  version: string | null;
}

interface Context extends RetrainDependencies {
  run: TrainingRun;
}

interface Look {
  skip: string | null;
  datasetDigest: Digest | null;
  badFiles: BadFile[];
  dvcMd5: Md5 | null;
}

interface Champion {
  serial: number;
  weightsDigest: Digest;
}

/**
 * One pass of the loop: look → dataset version → check data → train → record → evaluate → decide → publish → notify.
 * The team is told through the outbox that the audit events fill (lib/server/notifications); nothing is sent here.
 * A failure ends the run as failed and leaves the champion alone; an interruption leaves the run to be continued.
 */
export async function retrain(
  steps: Steps,
  dependencies: RetrainDependencies,
  runId: string,
): Promise<RetrainOutcome> {
  const context = { ...dependencies, run: await requireRun(dependencies.db, runId) };
  try {
    return await loop(steps, context);
  } catch (error) {
    if (error instanceof RunInterrupted) throw error;
    if (isConnectionLoss(error)) throw databaseLost(runId, error);
    await steps.run(failStep, () => fail(context, error));
    throw error;
  }
}

/** The record cannot say that the run failed; it stays open and goes on from its journal. */
function databaseLost(runId: string, cause: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "DATABASE_UNAVAILABLE",
    `The database went away during run ${runId}. The champion is untouched; start the run again to go on where it was.`,
    { cause },
  );
}

async function loop(steps: Steps, context: Context): Promise<RetrainOutcome> {
  const { run } = context;
  const { datasetDigest, skip, ...found } = await steps.run("look", () => look(context));
  if (skip !== null || datasetDigest === null) {
    return steps.run("skip", () => finish(context, skipped(run, datasetDigest, skip)));
  }
  const champion = await steps.run("dataset version", () =>
    makeDatasetVersion(context, datasetDigest, found),
  );
  await steps.run("check data", () => checkData(context, datasetDigest));
  const trained = await trainStep(steps, "train", trainJob(run, datasetDigest, champion));
  await steps.run("record", () => record(context, trained));
  const parity = await evaluate(steps, context, datasetDigest, champion, trained);
  const evaluationSets = await evaluateOnSets(steps, context, { championSerial: champion.serial, trained });
  const { outcome, reasons } = await steps.run("decide", () =>
    decide(context, datasetDigest, champion, trained, { parity, evaluationSets }),
  );
  const version = await steps.run("publish", () => {
    if (outcome === "promote") return publish(context, datasetDigest, champion, trained);
    if (outcome === "review") return askForReview(context, datasetDigest, champion, trained);
    return keep(context, champion, trained, reasons);
  });
  const reason = reasons.join(" ");
  return steps.run("notify", () =>
    finish(context, {
      runId: run.id,
      outcome: outcome === "review" ? "review" : version === null ? "kept" : "promoted",
      reason,
      datasetDigest,
      version,
    }),
  );
}

async function stage(context: Context, name: RunStage): Promise<void> {
  await enterStage(context.db, context.run.id, name);
  context.log(name);
}

async function look(context: Context): Promise<Look> {
  const { db, run, log } = context;
  await startRun(db, run.id);
  await stage(context, "look");
  const imported = await importUnlessEmpty(context);
  if (imported === null)
    return { skip: `There are no images in ${run.source}.`, datasetDigest: null, badFiles: [], dvcMd5: null };
  const { listingDigest, badFiles, listing, newImages, dvcMd5 } = imported;
  for (const file of badFiles) log(`left out: ${file.path}: ${file.reason}`);
  log(`${listing.cases.length} images, ${newImages} of them new here: ${listingDigest}`);
  const same = await findSameRun(db, run, listingDigest);
  const skip = same
    ? `No new data: run ${same.id} already trained on dataset version ${listingDigest} with this configuration.`
    : null;
  return { skip, datasetDigest: listingDigest, badFiles, dvcMd5 };
}

/** A scheduled run over a folder that nobody has filled yet is no failure. */
async function importUnlessEmpty(context: Context) {
  const { db, store, run, dataRemote, maxBadShare, onImportProgress } = context;
  try {
    const options = {
      remote: dataRemote,
      ...(maxBadShare === undefined ? {} : { maxBadShare }),
      ...(onImportProgress ? { onProgress: onImportProgress } : {}),
    };
    return await importSource(run.source, { db, store }, options);
  } catch (error) {
    const absent = error instanceof PneumoscopeError && error.code === "DATASET_NOT_FOUND";
    if (absent && run.trigger === "schedule") return null;
    throw error;
  }
}

async function makeDatasetVersion(
  context: Context,
  digest: Digest,
  found: Pick<Look, "badFiles" | "dvcMd5">,
): Promise<Champion> {
  const { db, store, run } = context;
  await stage(context, "dataset version");
  const listing = parseListing(await store.get(digest));
  await requireApartFromEvaluationSets({ db, store }, { digest, listing });
  await recordDatasetVersion({ db, store }, { digest, listing, ...found, source: run.source });
  const { train, validation, test } = countSplits(listing);
  context.log(
    `patients: ${train.patients} train, ${validation.patients} validation, ${test.patients} test (held out)`,
  );
  const champion = await requireChampion(db);
  await ensureWeightsStored(store, champion.weightsDigest);
  await db
    .update(trainingRuns)
    .set({ datasetDigest: digest, initialWeightsDigest: champion.weightsDigest })
    .where(eq(trainingRuns.id, run.id));
  return { serial: champion.serial, weightsDigest: champion.weightsDigest };
}

/** What is wrong with the data stops the run here; what is merely odd is told. */
async function checkData(context: Context, datasetDigest: Digest): Promise<null> {
  const { db, store, run, log, onImportProgress } = context;
  await stage(context, "check data");
  const report = await checkDatasetVersion({ db, store, onProgress: onImportProgress }, datasetDigest);
  for (const { level, rule, message } of report.problems)
    if (level !== "error") log(`${level}: ${rule}: ${message}`);
  requirePassed(report);
  // What was dropped stays in the version when the inbox is emptied; what did not pass is never added to.
  if (kindOfSource(run.source) === "inbox")
    await makeCurrent(db, { digest: datasetDigest, actor: run.trigger });
  await stage(context, "train");
  return null;
}

function trainJob(run: TrainingRun, datasetDigest: Digest, champion: Champion): TrainJob {
  return {
    kind: "train",
    jobId: `${run.id}-train`,
    datasetDigest,
    initialWeightsDigest: champion.weightsDigest,
    config: run.config,
  };
}

async function record(context: Context, trained: TrainResult): Promise<null> {
  const { db, store, run } = context;
  await stage(context, "record");
  await store.get(trained.weightsDigest);
  await recordEpochs(db, run.id, trained.epochs);
  const { engine, weightsDigest, provenance = null } = trained;
  await db.update(trainingRuns).set({ engine, weightsDigest, provenance }).where(eq(trainingRuns.id, run.id));
  await stage(context, "evaluate");
  return null;
}

/**
 * Challenger, champion and the policy's frozen reference on the same held-out patients. What a published version said
 * about them before is not asked again.
 * @returns how the challenger's weights agree between the trainer's engine and the page's backend
 */
async function evaluate(
  steps: Steps,
  context: Context,
  datasetDigest: Digest,
  champion: Champion,
  trained: TrainResult,
): Promise<Parity | null> {
  const { imageSize, views } = context.run.config;
  await evaluatePublished(steps, context, datasetDigest, "champion", champion.serial);
  const { mode, sensitivity, parity } = context.policy ?? defaultPolicy;
  if (mode !== "plain-accuracy")
    await evaluatePublished(steps, context, datasetDigest, "reference", sensitivity.referenceSerial);
  const read = await evaluateSide(steps, context, "challenger", {
    datasetDigest,
    weightsDigest: trained.weightsDigest,
    imageSize,
    views,
    ...(mode === "plain-accuracy"
      ? {}
      : { parity: { images: parity.images, knownAnswers: trained.knownAnswers } }),
  });
  return read.parity ?? null;
}

async function evaluatePublished(
  steps: Steps,
  context: Context,
  datasetDigest: Digest,
  side: "champion" | "reference",
  serial: number,
): Promise<void> {
  const { db, store } = context;
  const known = await steps.run(`look up ${side}'s predictions`, async () => {
    const { weightsDigest, signedManifest } = await findModelVersion(db, serial);
    const { preprocessing, views } = signedManifest.manifest;
    const isKnown = await hasPredictions(db, store, weightsDigest, datasetDigest);
    if (!isKnown) await ensureWeightsStored(store, weightsDigest);
    return { isKnown, weightsDigest, imageSize: preprocessing.size, views };
  });
  const { isKnown, ...model } = known;
  if (!isKnown) await evaluateSide(steps, context, side, { datasetDigest, ...model });
}

async function evaluateSide(
  steps: Steps,
  context: Context,
  side: "champion" | "reference" | "challenger",
  model: Pick<EvaluateJob, "datasetDigest" | "weightsDigest" | "imageSize" | "views" | "parity">,
): Promise<EvaluateResult> {
  const runId = context.run.id;
  const result = await evaluateStep(steps, `evaluate ${side}`, {
    kind: "evaluate",
    jobId: `${runId}-evaluate-${side}`,
    ...model,
    splits: ["test"],
    conditions: comparisonConditions,
  });
  const { weightsDigest, datasetDigest } = model;
  const { predictionsDigest } = result;
  await steps.run(`record ${side}'s predictions`, () =>
    recordPredictions(context, { runId, weightsDigest, datasetDigest, predictionsDigest }),
  );
  return result;
}

async function decide(
  context: Context,
  datasetDigest: Digest,
  champion: Champion,
  trained: TrainResult,
  found: { parity: Parity | null; evaluationSets: NamedSet[] },
) {
  await stage(context, "decide");
  const decision = await decideOnChallenger(context, {
    runId: context.run.id,
    datasetDigest,
    championSerial: champion.serial,
    trained,
    ...found,
  });
  context.log(`${decision.outcome}: ${decision.reasons.join(" ")}`);
  return { outcome: decision.outcome, reasons: decision.reasons };
}

async function publish(
  context: Context,
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
  context: Context,
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
async function publishedVersion({ db, run }: Context): Promise<string | null> {
  const [row] = await db
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(eq(modelVersions.runId, run.id));
  return row?.version ?? null;
}

/** The run ends here; lib/server/model-versions/review.ts publishes what a person approves. */
async function askForReview(
  context: Context,
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

async function keep(
  context: Context,
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

async function finish(context: Context, outcome: RetrainOutcome): Promise<RetrainOutcome> {
  const { db, run, log } = context;
  if (outcome.outcome !== "skipped") await stage(context, "notify");
  const state = outcome.outcome === "skipped" ? "skipped" : "succeeded";
  await endRun(db, run.id, { state, reason: outcome.reason });
  log(`training_run.${state} ${run.id}: ${outcome.reason}`);
  return outcome;
}

function skipped(run: TrainingRun, datasetDigest: Digest | null, reason: string | null): RetrainOutcome {
  return {
    runId: run.id,
    outcome: "skipped",
    reason: reason ?? "There is nothing to train on.",
    datasetDigest,
    version: null,
  };
}

async function fail(context: Context, error: unknown): Promise<null> {
  const { db, run, log } = context;
  const { cancelRequestedAt, cancelRequestedBy, cancelReason: why } = await requireRun(db, run.id);
  if (cancelRequestedAt) {
    const actor = cancelRequestedBy ?? run.trigger;
    await endRun(db, run.id, { state: "cancelled", reason: cancelReason(actor, why), actor });
    log(`training_run.cancelled ${run.id}: ${cancelReason(actor, why)}`);
    return null;
  }
  const { code, reason } = describeFailure(error);
  await endRun(db, run.id, { state: "failed", reason, errorCode: code });
  log(`training_run.failed ${run.id}: ${reason}`);
  return null;
}

/** Inngest carries an error between calls by its message alone, which is then «CODE: reason». */
export function describeFailure(error: unknown): { code: string; reason: string } {
  if (error instanceof PneumoscopeError) return { code: error.code, reason: error.message };
  const message = describeCause(error);
  const [, code, reason] = /^([A-Z][A-Z_]+): (.*)$/s.exec(message) ?? [];
  return code && reason ? { code, reason } : { code: "UNKNOWN", reason: message };
}
