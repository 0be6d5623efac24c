import type { TrainingConfig } from "@/lib/training/config";
import { daily } from "./daily";

/** One epoch on a tenth of the patients, last stage only: minutes, to watch the loop rather than to win. */
export const demo: TrainingConfig = {
  ...daily,
  preset: "demo",
  epochs: 1,
  dataFraction: 0.1,
  trainFrom: "layer4",
};
