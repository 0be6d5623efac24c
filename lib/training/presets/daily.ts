import type { TrainingConfig } from "@/lib/training/config";
import { forTheShift } from "./augmentations";

/** The nightly run: the champion goes on learning in its last two stages. `npm run bench:train` times it. */
export const daily: TrainingConfig = {
  preset: "daily",
  seed: 1,
  imageSize: 224,
  epochs: 3,
  dataFraction: 1,
  batchSize: 32,
  microBatchSize: 16,
  trainFrom: "layer3",
  learningRate: 0.0002,
  schedule: "one-cycle",
  weightDecay: 0.05,
  labelSmoothing: 0.05,
  classWeights: true,
  dropout: 0.3,
  gradientClipNorm: 1,
  weightAveragingDecay: 0.99,
  earlyStoppingPatience: 0,
  checkpointEverySteps: 50,
  targetSensitivity: 0.95,
  views: ["identity", "horizontal-flip"],
  augmentation: forTheShift,
};
