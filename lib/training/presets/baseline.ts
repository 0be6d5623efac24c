import type { TrainingConfig } from "@/lib/training/config";
import { daily } from "./daily";

/** Model version 1, from ImageNet weights: `npm run baseline`. docs/training-for-the-shift.md compares alternatives. */
export const baseline: TrainingConfig = {
  ...daily,
  preset: "baseline",
  epochs: 8,
  learningRate: 0.0005,
};
