import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "@/lib/artifacts/store";
import { foldListing } from "@/lib/dataset/fold-listing";
import { canonicalListingBytes, type DatasetCase } from "@/lib/dataset/listing";
import { isSystemError, writeFileAtomic } from "@/lib/node/write-file";
import { calibratedProbability } from "@/lib/prediction/interpret";
import type { TrainingConfig } from "@/lib/training/config";
import { type FoldResult, foldResultSchema } from "@/lib/training/cross-validation";
import type { JobContext } from "@/trainer/job-context";
import { runTrainJob } from "@/trainer/train";
import { type LocalTraining, predictSplits } from "../cli/local-training";

export interface FoldsRequest {
  cases: DatasetCase[];
  folds: number;
  /** Of the folds; the configuration has its own. */
  seed: number;
  config: TrainingConfig;
  initialWeightsDigest: Digest;
  /** Where a finished fold's result is kept; nothing else may use it. */
  folder: string;
}

/** Trains and tests every fold that has no result yet. @throws DATASET_INVALID, and as runTrainJob */
export async function runFolds(
  training: Pick<LocalTraining, "inScratchFolder" | "progress">,
  request: FoldsRequest,
): Promise<FoldResult[]> {
  const results: FoldResult[] = [];
  for (let fold = 0; fold < request.folds; fold++) {
    const file = path.join(request.folder, `fold-${fold + 1}.json`);
    const kept = await readResult(file);
    const prefix = `fold ${fold + 1} of ${request.folds}: `;
    if (kept) training.progress.done(`${prefix}kept from before`);
    const name = `${path.basename(request.folder)}-fold-${fold + 1}`;
    const result =
      kept ?? (await training.inScratchFolder(name, (context) => runFold(context, request, fold), prefix));
    if (!kept) await writeFileAtomic(file, `${JSON.stringify(result)}\n`);
    results.push(result);
  }
  return results;
}

async function runFold(context: JobContext, request: FoldsRequest, fold: number): Promise<FoldResult> {
  const { cases, folds, seed, config, initialWeightsDigest } = request;
  const listing = foldListing(cases, { fold, folds, seed });
  const { digest: datasetDigest } = await context.store.put(canonicalListingBytes(listing));
  const trained = await runTrainJob(
    { kind: "train", jobId: `fold-${fold + 1}`, datasetDigest, initialWeightsDigest, config },
    context,
  );
  const predictions = await predictSplits(context, {
    datasetDigest,
    weightsDigest: trained.weightsDigest,
    config,
    splits: ["test"],
  });
  return {
    fold: fold + 1,
    trainImages: trained.trainingImages,
    trainPatients: trained.trainingPatients,
    threshold: trained.threshold,
    durationMs: trained.durationMs,
    cases: predictions.map(({ caseId, patientId, label, logit }) => ({
      caseId,
      patientId,
      label,
      probability: calibratedProbability(logit, trained.temperature),
    })),
  };
}

async function readResult(file: string): Promise<FoldResult | null> {
  try {
    return foldResultSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}
