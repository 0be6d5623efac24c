import { eq } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { alphaLedger, decisions, type ModelVersion } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { ModelManifest } from "@/lib/manifest";
import type { EvaluationMetrics } from "@/lib/metrics/evaluate-cases";
import {
  type Contender,
  type Contenders,
  decide,
  type PromotionDecision,
  type SetPredictions,
} from "@/lib/promotion/decide";
import { defaultPolicy, type PromotionPolicy } from "@/lib/promotion/policy";
import type { CheckResult, Checks, RefusedHeldOut } from "@/lib/promotion/rules";
import { knownAnswerTolerance } from "@/lib/resnet18/known-answer";
import { loadEvaluation, recordHeldOutEvaluation } from "@/lib/server/evaluation-sets/evaluations";
import { findModelVersion } from "@/lib/server/model-versions/current";
import type { Parity, TrainResult } from "@/lib/training/job";
import { enterLook, recordPolicy, whyNothingNew } from "./enter-look";
import { loadPredictions } from "./record-predictions";

export interface Comparison {
  runId: string;
  datasetDigest: Digest;
  championSerial: number;
  trained: TrainResult;
  /** Null where the trainer did not look. */
  parity: Parity | null;
  /** Which champion and challenger were scored on. */
  evaluationSets?: readonly NamedSet[];
}

/** A registered evaluation set, as a run met it. */
export interface NamedSet {
  name: string;
  digest: Digest;
}

export interface RunDecision {
  outcome: PromotionDecision["decision"];
  reasons: string[];
}

/**
 * Compares a run's model with the champion on the recorded predictions, by the policy and at the level that the
 * ledger gives, and records what came of it. The look is on record before the result is known; the decision and the
 * look's outcome are written together.
 */
export async function decideOnChallenger(
  dependencies: { db: Database; store: ArtifactStore; policy?: PromotionPolicy },
  { runId, datasetDigest, championSerial, trained, parity, evaluationSets = [] }: Comparison,
): Promise<RunDecision> {
  const { db, store, policy = defaultPolicy } = dependencies;
  const champion = await findModelVersion(db, championSerial);
  const digests = {
    championWeightsDigest: champion.weightsDigest,
    challengerWeightsDigest: trained.weightsDigest,
  };
  const request = { runId, datasetDigest, ...digests };
  const policyDigest = await recordPolicy(db, policy);
  const isPlain = policy.mode === "plain-accuracy";
  const nothingNew = isPlain ? null : await whyNothingNew(db, request);
  const look = isPlain || nothingNew !== null ? null : await enterLook(db, request, policy);
  const contenders = await contendersOf(db, datasetDigest, { champion, trained, policy });
  const comparison = decide(contenders, {
    policy,
    level: look?.level ?? 0,
    nothingNew,
    checks: { integrity: await checkIntegrity(store, trained, parity), ...checkParity(parity, policy) },
    refusedHeldOut: refusedHeldOut(trained),
    evaluationSets: await readingsOf(dependencies, evaluationSets, digests),
  });
  await keepDocuments(dependencies, { runId, datasetDigest, trained, champion }, contenders);
  const reasons = comparison.rules.map((rule) => rule.detail);
  const row = {
    runId,
    outcome: comparison.decision,
    reasons,
    championSerial,
    ...digests,
    comparison,
    policyDigest: look?.policyDigest ?? policyDigest,
    look: look?.look ?? null,
    level: look?.level ?? null,
  };
  await db.transaction(async (tx) => {
    await tx.insert(decisions).values(row).onConflictDoUpdate({ target: decisions.runId, set: row });
    if (look)
      await tx
        .update(alphaLedger)
        .set({ outcome: comparison.decision })
        .where(eq(alphaLedger.look, look.look));
  });
  return { outcome: comparison.decision, reasons };
}

/** What both models said of each set. A set that one of them did not read is left out: the policy then says insufficient. */
async function readingsOf(
  source: { db: Database; store: ArtifactStore },
  sets: readonly NamedSet[],
  digests: { championWeightsDigest: Digest; challengerWeightsDigest: Digest },
): Promise<SetPredictions[]> {
  const read: SetPredictions[] = [];
  for (const { name, digest } of sets) {
    const champion = await loadEvaluation(source, digests.championWeightsDigest, digest);
    const challenger = await loadEvaluation(source, digests.challengerWeightsDigest, digest);
    if (champion && challenger) read.push({ name, champion, challenger });
  }
  return read;
}

/** The challenger's figures as they were decided on. */
export async function decidedMetrics(db: Database, runId: string): Promise<EvaluationMetrics> {
  const row = await db.query.decisions.findFirst({ where: (table, { eq }) => eq(table.runId, runId) });
  if (row) return row.comparison.challenger;
  throw new PneumoscopeError("RUN_NOT_FOUND", `Nothing was decided about run ${runId}.`);
}

/** Both sides' figures on the held-out patients as evaluation documents; those of before are kept. */
async function keepDocuments(
  source: { db: Database; store: ArtifactStore },
  run: { runId: string; datasetDigest: Digest; trained: TrainResult; champion: ModelVersion },
  contenders: Contenders,
): Promise<void> {
  const { runId, datasetDigest, trained, champion } = run;
  const sides = [
    { ...contenders.champion, weightsDigest: champion.weightsDigest, version: champion.version },
    { ...contenders.challenger, weightsDigest: trained.weightsDigest, version: null },
  ];
  for (const { predictions, ...model } of sides) {
    const finite = predictions.every(({ logit, perturbedLogits = [] }) =>
      [logit, ...perturbedLogits].every(Number.isFinite),
    );
    if (!finite) continue;
    await recordHeldOutEvaluation(source, {
      model,
      engine: trained.engine,
      predictions,
      runId,
      datasetDigest,
    });
  }
}

interface Published {
  weightsDigest: Digest;
  signedManifest: { manifest: ModelManifest };
}

async function contendersOf(
  db: Database,
  datasetDigest: Digest,
  { champion, trained, policy }: { champion: Published; trained: TrainResult; policy: PromotionPolicy },
): Promise<Contenders> {
  const published = async ({ weightsDigest, signedManifest }: Published): Promise<Contender> => ({
    predictions: await loadPredictions(db, weightsDigest, datasetDigest),
    temperature: signedManifest.manifest.calibration.temperature,
    threshold: signedManifest.manifest.threshold.probability,
  });
  return {
    champion: await published(champion),
    challenger: {
      predictions: await loadPredictions(db, trained.weightsDigest, datasetDigest),
      temperature: trained.temperature,
      threshold: trained.threshold,
    },
    reference: await referenceOf(),
  };

  async function referenceOf(): Promise<Contenders["reference"]> {
    if (policy.mode === "plain-accuracy") return "is-champion";
    const reference = await findModelVersion(db, policy.sensitivity.referenceSerial);
    return reference.weightsDigest === champion.weightsDigest ? "is-champion" : published(reference);
  }
}

/**
 * The weights that would be published are in the store, hash to their digest, are as long as the trainer said, and give
 * the known answers that would be published with them.
 */
async function checkIntegrity(
  store: ArtifactStore,
  trained: TrainResult,
  parity: Parity | null,
): Promise<CheckResult> {
  try {
    const { byteLength } = await store.get(trained.weightsDigest);
    if (byteLength !== trained.weightsSizeBytes)
      return {
        passed: false,
        detail: `The weights ${trained.weightsDigest} have ${byteLength} bytes; the trainer reported ${trained.weightsSizeBytes}.`,
      };
    const whole = `The weights are stored whole under ${trained.weightsDigest}`;
    if (parity === null || parity.knownAnswers === 0)
      return { passed: null, detail: `${whole}, but nobody asked them for their known answers.` };
    const difference = parity.knownAnswersMaxDifference;
    const passed = difference !== null && difference <= knownAnswerTolerance;
    return {
      passed,
      detail: passed
        ? `${whole} and give their ${parity.knownAnswers} known answers.`
        : `${whole}, but do not give their known answers: off by ${difference ?? "no number"} (at most ${knownAnswerTolerance}).`,
    };
  } catch (error) {
    return { passed: false, detail: describeError(error) };
  }
}

/** The challenger as published, on the trainer's engine and on the page's own backend. */
function checkParity(parity: Parity | null, { parity: { tolerance } }: PromotionPolicy): Checks {
  if (parity === null) return {};
  const { backend, images, maxDifference } = parity;
  const passed = images > 0 && maxDifference !== null && maxDifference <= tolerance;
  const difference = maxDifference === null ? "no number" : maxDifference.toPrecision(2);
  return {
    parity: {
      passed,
      detail:
        `The trainer's engine and ${backend} differ by at most ${difference} logits on ${images} held-out images: ` +
        `${passed ? "within" : "not within"} the ${tolerance} that they may.`,
    },
  };
}

function refusedHeldOut({ refusal: { heldOut } }: TrainResult): RefusedHeldOut {
  return { images: heldOut.images, refused: Math.round((heldOut.refused.value ?? 0) * heldOut.images) };
}
