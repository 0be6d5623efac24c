import { isConnectionLoss } from "@/drizzle/client";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { requireRun } from "@/lib/server/training-runs/runs";
import type { Parity, TrainResult } from "@/lib/training/job";
import { decideOnChallenger, type NamedSet } from "./decide-on-challenger";
import { evaluateOnSets } from "./evaluate-on-sets";
import { checkData, makeDatasetVersion } from "./stages/dataset-version";
import { fail, finish, type RetrainOutcome, skipped } from "./stages/end";
import { evaluate } from "./stages/evaluate";
import { look } from "./stages/look";
import { askForReview, keep, publish } from "./stages/publish";
import { type Champion, type RetrainDependencies, type RunContext, stage } from "./stages/run-context";
import { recordTraining, trainJob } from "./stages/train";
import { failStep, RunInterrupted, type Steps, trainStep } from "./steps";

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

async function loop(steps: Steps, context: RunContext): Promise<RetrainOutcome> {
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
  await steps.run("record", () => recordTraining(context, trained));
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

async function decide(
  context: RunContext,
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
