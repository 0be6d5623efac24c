import type { Database } from "@/drizzle/client";
import type { RunStage, TrainingRun } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { SigningKey } from "@/lib/manifest";
import type { PromotionPolicy } from "@/lib/promotion/policy";
import { enterStage } from "@/lib/server/training-runs/runs";

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

export interface RunContext extends RetrainDependencies {
  run: TrainingRun;
}

/** The version that the run's challenger is compared with. */
export interface Champion {
  serial: number;
  weightsDigest: Digest;
}

/** Notes that the run has come to a stage. @throws TRAINING_CANCELLED */
export async function stage(context: RunContext, name: RunStage): Promise<void> {
  await enterStage(context.db, context.run.id, name);
  context.log(name);
}
