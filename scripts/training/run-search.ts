import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { isSystemError, writeFileAtomic } from "@/lib/node/write-file";
import type { TrainingConfig } from "@/lib/training/config";
import type { EpochMetrics, TrainJob } from "@/lib/training/job";
import { curveOf, isHopeless, type StoppingRule, type Trial, trialSchema } from "@/lib/training/search";
import type { Candidate } from "@/lib/training/search-space";
import { type LoadedCases, listCases, loadCases, samplePatients } from "@/trainer/data/load-cases";
import type { JobContext } from "@/trainer/job-context";
import { trainModel } from "@/trainer/train";
import type { LocalTraining } from "../cli/local-training";

export interface SearchRequest {
  candidates: readonly Candidate[];
  datasetDigest: Digest;
  initialWeightsDigest: Digest;
  rule: StoppingRule;
  /** Where a finished trial's result is kept; nothing else may use it. */
  folder: string;
}

/**
 * Trains one candidate after the other on training patients and judges it on validation patients; images of held-out
 * patients are not read. A trial that has a result is not trained again, and one that was interrupted goes on at its checkpoint:
 * the rule compares a trial with those before it alone, so the outcome is that of a search that was never interrupted.
 */
export async function runSearch(
  training: Pick<LocalTraining, "inScratchFolder" | "progress">,
  request: SearchRequest,
): Promise<Trial[]> {
  const { candidates, folder, rule } = request;
  const trials: Trial[] = [];
  const load = rememberLast(loadSides);
  for (const [i, candidate] of candidates.entries()) {
    const number = i + 1;
    const file = path.join(folder, `trial-${String(number).padStart(4, "0")}.json`);
    const prefix = `trial ${number} of ${candidates.length}: `;
    const shouldStop = (epochs: readonly EpochMetrics[]) =>
      epochs.length > 0 &&
      isHopeless(
        trials.map((trial) => curveOf(trial.epochs)),
        curveOf(epochs),
        rule,
      );
    const kept = await readTrial(file);
    if (kept) training.progress.done(`${prefix}kept from before`);
    const name = `${path.basename(folder)}-trial-${number}`;
    const trial =
      kept ??
      (await training.inScratchFolder(
        name,
        (context) => runTrial(context, request, candidate, { number, shouldStop, load }),
        prefix,
      ));
    if (!kept) await writeFileAtomic(file, `${JSON.stringify(trial)}\n`);
    if (!kept) training.progress.done(`${prefix}${trial.state} ${JSON.stringify(trial.values)}`);
    trials.push(trial);
  }
  return trials;
}

interface TrialOptions {
  number: number;
  shouldStop: (epochs: readonly EpochMetrics[]) => boolean;
  load: typeof loadSides;
}

async function runTrial(
  context: JobContext,
  { datasetDigest, initialWeightsDigest }: SearchRequest,
  { config, values }: Candidate,
  { number, shouldStop, load }: TrialOptions,
): Promise<Trial> {
  const job: TrainJob = {
    kind: "train",
    jobId: `trial-${number}`,
    datasetDigest,
    initialWeightsDigest,
    config,
  };
  const epochs: EpochMetrics[] = [];
  const ended = (state: Trial["state"], all: EpochMetrics[]): Trial => ({
    trial: number,
    values,
    config,
    state,
    epochs: all,
    durationMs: all.reduce((sum, epoch) => sum + epoch.durationMs, 0),
  });
  const report: JobContext["report"] = (step) => {
    if (step.epochMetrics) epochs.push(step.epochMetrics);
    context.report(step);
  };
  const { train, validation } = await load({ ...context, report }, datasetDigest, config);
  try {
    let isStopped = false;
    const state = await trainModel(job, { ...context, report }, train, validation, (done) => {
      isStopped = shouldStop(done);
      return isStopped;
    });
    return ended(isStopped ? "stopped" : "finished", state.epochs);
  } catch (error) {
    if (error instanceof PneumoscopeError && error.code === "TRAINING_DIVERGED")
      return ended("diverged", epochs);
    throw error;
  }
}

interface Sides {
  train: LoadedCases;
  validation: LoadedCases;
}

type LoadKey = Pick<TrainingConfig, "imageSize" | "dataFraction" | "seed">;

async function loadSides(
  { store, signal, report }: JobContext,
  digest: Digest,
  { imageSize: size, dataFraction, seed }: LoadKey,
): Promise<Sides> {
  const onProgress = (done: number, total: number) => report({ phase: "load", done, total });
  const trained = samplePatients(await listCases(store, digest, ["train"]), dataFraction, seed);
  return {
    train: await loadCases(store, trained, { size, signal, onProgress }),
    validation: await loadCases(store, await listCases(store, digest, ["validation"]), {
      size,
      signal,
      onProgress,
    }),
  };
}

/** Most trials use the images of the one before. */
function rememberLast(load: typeof loadSides): typeof loadSides {
  let last: { key: string; sides: Promise<Sides> } | undefined;
  return (context, digest, { imageSize, dataFraction, seed }) => {
    const key = JSON.stringify([digest, imageSize, dataFraction, dataFraction === 1 ? 0 : seed]);
    if (last?.key !== key) last = { key, sides: load(context, digest, { imageSize, dataFraction, seed }) };
    return last.sides;
  };
}

async function readTrial(file: string): Promise<Trial | null> {
  try {
    return trialSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}
