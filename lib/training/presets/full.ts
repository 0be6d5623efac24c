import type { TrainingConfig } from "@/lib/training/config";
import { forTheShift } from "./augmentations";

/** Every layer, up to 20 epochs; hours on a processor, for a GPU or a weekend. Batches of 64 as 4 × 16. */
export const full: TrainingConfig = {
  preset: "full",
  seed: 1,
  imageSize: 224,
  epochs: 20,
  dataFraction: 1,
  batchSize: 64,
  microBatchSize: 16,
  trainFrom: "conv1",
  learningRate: 0.001,
  schedule: "one-cycle",
  weightDecay: 0.05,
  labelSmoothing: 0.05,
  classWeights: true,
  dropout: 0.3,
  gradientClipNorm: 1,
  weightAveragingDecay: 0.99,
  earlyStoppingPatience: 5,
  checkpointEverySteps: 50,
  targetSensitivity: 0.95,
  views: ["identity", "horizontal-flip"],
  augmentation: forTheShift,
};
