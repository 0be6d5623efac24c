import type { ArtifactStore } from "@/lib/artifacts/store";
import type { EvaluateJob, EvaluateResult, JobProgress, TrainJob, TrainResult } from "@/lib/training/job";
import type { Engine } from "./engines/engine";
import type { FeatureCache } from "./features/feature-cache";

/** Everything that a job's work may use. */
export interface JobContext {
  store: ArtifactStore;
  engine: Engine;
  /** What earlier runs computed of frozen layers; absent, everything is computed. */
  features?: FeatureCache;
  /** For checkpoints; survives restarts of the trainer. */
  jobDirectory: string;
  /** Aborted when the job is cancelled or the trainer stops. */
  signal: AbortSignal;
  report(progress: JobProgress): void;
}

export interface JobWork {
  runTrainJob(job: TrainJob, context: JobContext): Promise<TrainResult>;
  runEvaluateJob(job: EvaluateJob, context: JobContext): Promise<EvaluateResult>;
}
