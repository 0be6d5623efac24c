import { Command } from "commander";
import { and, eq, inArray } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { type TrainingRun, trainingRuns } from "@/drizzle/schema";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey, trainerSecret } from "@/lib/node/secrets";
import { startTrainerProcess } from "@/lib/node/trainer-process";
import { normaliseSource } from "@/lib/server/dataset-versions/import-source";
import { readServerEnv, trainerUrl } from "@/lib/server/env";
import { executeRun } from "@/lib/server/jobs/execute-run";
import { reconcile } from "@/lib/server/jobs/scheduler";
import type { RetrainOutcome } from "@/lib/server/jobs/stages/end";
import { RunInterrupted } from "@/lib/server/jobs/steps";
import { flushNotifications } from "@/lib/server/notifications/flush";
import { readPromotionPolicy } from "@/lib/server/promotion-policy";
import { createTrainerClient, type TrainerClient } from "@/lib/server/trainer-client";
import { createRun, endRun, getRun } from "@/lib/server/training-runs/runs";
import type { TrainingConfig } from "@/lib/training/config";
import { configDigest } from "@/lib/training/config-digest";
import type { EpochMetrics, JobStatus } from "@/lib/training/job";
import { type ConfigOptions, readConfig, withConfigOptions } from "./training/config-options";

interface Options extends ConfigOptions {
  data: string;
  json?: true;
}

const interruptedExitCode = 130;
const progressEveryMs = 5_000;

const command = withConfigOptions(
  new Command("retrain").description(
    "Runs the whole loop once: dataset version, training, evaluation, comparison with the champion, publication.\n" +
      "Starts a database and a trainer of its own where none is running. Progress goes to stderr.",
  ),
)
  .requiredOption(
    "--data <source>",
    "folder with NORMAL/ and PNEUMONIA/ somewhere below it, a .dvc file or its URL, or a dataset version (sha256:…, current)",
  )
  .option("--json", "prints the outcome as one JSON object on stdout");

async function main(): Promise<void> {
  const options = command.parse().opts<Options>();
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());
  const closers: (() => Promise<void>)[] = [];
  try {
    const outcome = await run(options, interrupt.signal, closers);
    if (options.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    else process.stdout.write(`${outcome.status}: ${outcome.reason}\n`);
  } catch (error) {
    reportFailure(error, options);
  } finally {
    for (const close of closers.reverse()) await close().catch((error) => say(describeError(error)));
  }
}

async function run(options: Options, signal: AbortSignal, closers: (() => Promise<void>)[]) {
  const config = await readConfig(options);
  const source = normaliseSource(options.data);
  const database = await connectDatabase();
  closers.push(database.close);
  const { db } = database;
  const policy = await readPromotionPolicy(db);
  const store = localArtifactStore();
  await reconcile({ database: async () => database, store });
  const trainer = await openTrainer(closers, signal);
  const run = await findOrCreateRun(db, source, config);
  const progress = progressPrinter();
  try {
    const outcome = await executeRun(run.id, {
      db,
      store,
      signingKey: await manifestSigningKey(),
      trainer: trainer.client,
      policy,
      dataRemote: readServerEnv().dataRemote,
      maxBadShare: readServerEnv().maxBadShare,
      log: say,
      signal,
      onJobStatus: progress.job,
      onImportProgress: (done) => {
        if (signal.aborted) throw new RunInterrupted("The run was interrupted.");
        progress.images(done);
      },
    });
    return await withDecision(db, outcome);
  } catch (error) {
    if (error instanceof RunInterrupted) await afterInterrupt(db, run.id, trainer, progress.jobId());
    throw error;
  } finally {
    await flushNotifications(db, (line) => say(`notifications: ${line}`));
  }
}

interface OpenTrainer {
  client: TrainerClient;
  isOurs: boolean;
}

/** The trainer that is already up, else one of our own. */
async function openTrainer(closers: (() => Promise<void>)[], signal: AbortSignal): Promise<OpenTrainer> {
  const env = readServerEnv();
  const secret = await trainerSecret();
  const running = createTrainerClient({ baseUrl: await trainerUrl(env), secret });
  if (env.trainerUrl) await running.health();
  if (env.trainerUrl || (await sharesSecret(running))) return { client: running, isOurs: false };
  const client = await startOwnTrainer(secret, closers);
  if (signal.aborted) throw new RunInterrupted("The run was interrupted.");
  return { client, isOurs: true };
}

/** A trainer of another data folder may listen where ours would: it refuses what it is asked. */
async function sharesSecret(trainer: TrainerClient): Promise<boolean> {
  try {
    await trainer.status("unknown");
  } catch (error) {
    return error instanceof PneumoscopeError && error.code === "TRAINER_JOB_NOT_FOUND";
  }
  return true;
}

/** A trainer of our own; when it dies, the next attempt to start or take up a job starts another. */
async function startOwnTrainer(secret: string, closers: (() => Promise<void>)[]): Promise<TrainerClient> {
  const open = async () => {
    say("starting a trainer");
    const child = await startTrainerProcess();
    return { child, client: createTrainerClient({ baseUrl: child.url, secret }) };
  };
  let current = await open();
  closers.push(() => current.child.stop());
  return {
    async start(job) {
      if (current.child.hasExited()) current = await open();
      return current.client.start(job);
    },
    status: (jobId) => current.client.status(jobId),
    events: (jobId, stop) => current.client.events(jobId, stop),
    cancel: (jobId) => current.client.cancel(jobId),
    checkpoints: () => current.client.checkpoints(),
    removeCheckpoint: (jobId) => current.client.removeCheckpoint(jobId),
    health: () => current.client.health(),
  };
}

/** A run that was interrupted with the same data folder and configuration is continued. */
async function findOrCreateRun(db: Database, source: string, config: TrainingConfig): Promise<TrainingRun> {
  const unfinished = await db
    .select()
    .from(trainingRuns)
    .where(
      and(
        eq(trainingRuns.trigger, "command"),
        eq(trainingRuns.source, source),
        eq(trainingRuns.configDigest, configDigest(config)),
        inArray(trainingRuns.state, ["queued", "running"]),
      ),
    );
  if (unfinished[0]) {
    say(`continuing ${unfinished[0].id}, which was interrupted at “${unfinished[0].stage ?? "its start"}”`);
    return unfinished[0];
  }
  const run = await createRun(db, {
    trigger: "command",
    key: `command:${crypto.randomUUID()}`,
    source,
    config,
  });
  say(run.id);
  return run;
}

/** Our own trainer keeps a checkpoint, so the run can go on; in somebody else's, nothing may be left running. */
async function afterInterrupt(
  db: Database,
  runId: string,
  { client, isOurs }: OpenTrainer,
  jobId: string | null,
): Promise<void> {
  if (isOurs) {
    say(`${runId} was interrupted. The same command continues it.`);
    return;
  }
  if (jobId) await client.cancel(jobId).catch((error) => say(describeError(error)));
  await endRun(db, runId, {
    state: "failed",
    reason: "Stopped from the keyboard.",
    errorCode: "TRAINING_CANCELLED",
  });
  say(`${runId} was stopped.`);
}

async function withDecision(db: Database, { outcome, ...rest }: RetrainOutcome) {
  const { decision } = await getRun(db, rest.runId);
  if (!decision || outcome === "skipped") return { status: outcome, ...rest };
  const { champion, challenger, evaluationSets, aucDifference, rules } = decision.comparison;
  return { status: outcome, ...rest, champion, challenger, evaluationSets, aucDifference, rules };
}

function progressPrinter() {
  let printedAtMs = 0;
  let jobId: string | null = null;
  const epochs = new Set<string>();
  const throttled = (line: string, isLast: boolean) => {
    if (!isLast && Date.now() - printedAtMs < progressEveryMs) return;
    printedAtMs = Date.now();
    say(line);
  };
  return {
    jobId: () => jobId,
    images: ({ done, total }: { done: number; total: number }) =>
      throttled(`reading images: ${done} of ${total}`, done === total),
    job(status: JobStatus): void {
      jobId = status.jobId;
      for (const epoch of status.epochs) {
        const key = `${status.jobId} ${epoch.epoch}`;
        if (!epochs.has(key)) say(epochLine(epoch));
        epochs.add(key);
      }
      if (status.progress && status.state === "running") throttled(progressLine(status), false);
    },
  };
}

function progressLine({ kind, progress, engine }: JobStatus): string {
  if (!progress) return kind;
  const { phase, epoch, epochs, done, total, imagesPerSecond, loss } = progress;
  const parts = [`${kind} (${engine ?? "engine not known yet"}): ${phase}`];
  if (epoch && epochs) parts.push(`epoch ${epoch} of ${epochs}`);
  parts.push(`${done} of ${total} images`);
  if (imagesPerSecond) parts.push(`${imagesPerSecond.toFixed(1)} images/s`);
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(4)}`);
  return parts.join(", ");
}

function epochLine(epoch: EpochMetrics): string {
  const figure = (value: number | null) => (value === null ? "–" : value.toFixed(4));
  return (
    `epoch ${epoch.epoch}: train_loss ${figure(epoch.train_loss)}, val_loss ${figure(epoch.val_loss)}, ` +
    `val_accuracy ${figure(epoch.val_accuracy)}, recall ${figure(epoch.recall)}, ` +
    `specificity ${figure(epoch.specificity)}, auc ${figure(epoch.auc)}`
  );
}

function reportFailure(error: unknown, options: Options): void {
  const isInterrupted = error instanceof RunInterrupted;
  process.exitCode = isInterrupted ? interruptedExitCode : 1;
  const code = error instanceof PneumoscopeError ? error.code : isInterrupted ? "INTERRUPTED" : "UNKNOWN";
  const reason = describeError(error);
  if (!isInterrupted) say(`${code}: ${reason}`);
  const status = isInterrupted ? "interrupted" : "failed";
  if (options.json) process.stdout.write(`${JSON.stringify({ status, errorCode: code, reason })}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

void main();
