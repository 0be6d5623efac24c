import { z } from "zod";

/** What is trained: everything before `trainFrom` keeps the weights it started with. */
export const trainableStages = ["conv1", "layer1", "layer2", "layer3", "layer4", "fc"] as const;

export const augmentationSchema = z.strictObject({
  flip: z.boolean().describe("mirror left and right in half of the views"),
  rotationDegrees: z.number().min(0).max(45),
  scale: z.number().min(0).max(0.6).describe("width and height scaled independently by 1 ± this"),
  translation: z.number().min(0).max(0.3).describe("shift, as a share of the side"),
  brightness: z.number().min(0).max(0.6).describe("added gray, as a share of full range, ±"),
  contrast: z.number().min(0).max(0.8).describe("contrast multiplied by 1 ± this"),
  gamma: z.number().min(0).max(1).describe("exponent drawn log-uniformly from exp(± this)"),
  blurProbability: z.number().min(0).max(1).describe("Gaussian blur or down-and-up sampling"),
  noise: z.number().min(0).max(30).describe("largest standard deviation of added noise, in gray levels"),
  eraseProbability: z
    .number()
    .min(0)
    .max(1)
    .describe("rectangles erased, mostly at the borders where markers sit"),
  invertProbability: z.number().min(0).max(0.5),
});
export type Augmentation = z.infer<typeof augmentationSchema>;

/** A whole training run on one page; presets are in lib/training/presets. */
export const trainingConfigSchema = z.strictObject({
  preset: z.string(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  imageSize: z.int().min(32).max(512),
  epochs: z.int().min(1).max(200),
  dataFraction: z.number().gt(0).max(1).describe("share of the training patients used"),
  batchSize: z.int().min(1).max(512).describe("images per optimiser step"),
  microBatchSize: z
    .int()
    .min(1)
    .max(256)
    .describe("images per forward and backward pass; gradients are accumulated"),
  trainFrom: z.enum(trainableStages),
  learningRate: z.number().gt(0).max(1),
  schedule: z.enum(["constant", "one-cycle"]),
  weightDecay: z.number().min(0).max(1),
  labelSmoothing: z.number().min(0).max(0.4),
  classWeights: z.boolean().describe("weigh the loss so that both classes count the same"),
  dropout: z.number().min(0).max(0.9).describe("on the pooled features"),
  gradientClipNorm: z.number().gt(0),
  weightAveragingDecay: z
    .number()
    .min(0)
    .lt(1)
    .describe("exponential moving average of the weights; 0 is off"),
  earlyStoppingPatience: z
    .int()
    .min(0)
    .describe("epochs without a better val_loss before stopping; 0 is off"),
  checkpointEverySteps: z.int().min(1),
  targetSensitivity: z.number().gt(0.5).max(1),
  views: z
    .array(z.enum(["identity", "horizontal-flip"]))
    .min(1)
    .describe("views averaged at prediction time"),
  augmentation: augmentationSchema,
});
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;
