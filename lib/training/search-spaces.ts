import type { z } from "zod";
import type { searchSpaceSchema } from "./search-space";

/** Spaces that can be named instead of written. */
export const searchSpaces: Record<string, z.input<typeof searchSpaceSchema>> = {
  "learning-rate": {
    vary: {
      learningRate: { logUniform: [3e-5, 3e-3], steps: 5 },
      weightDecay: { values: [0.01, 0.05, 0.2] },
    },
  },
  regularisation: {
    vary: {
      dropout: { values: [0, 0.3, 0.5] },
      labelSmoothing: { values: [0, 0.05, 0.1] },
      weightDecay: { logUniform: [0.01, 0.3] },
      weightAveragingDecay: { values: [0, 0.99] },
    },
  },
  augmentation: {
    vary: {
      "augmentation.scale": { uniform: [0, 0.5] },
      "augmentation.contrast": { uniform: [0.1, 0.7] },
      "augmentation.gamma": { uniform: [0.05, 0.7] },
      "augmentation.noise": { uniform: [0, 20] },
      "augmentation.blurProbability": { uniform: [0, 0.6] },
      "augmentation.eraseProbability": { uniform: [0, 0.7] },
    },
  },
};
