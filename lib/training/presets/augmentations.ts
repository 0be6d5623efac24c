import type { Augmentation } from "@/lib/training/config";

/** Flip, a little rotation and tone: enough for the same hospital, not for another one. */
export const mild: Augmentation = {
  flip: true,
  rotationDegrees: 10,
  scale: 0,
  translation: 0.03,
  brightness: 0.03,
  contrast: 0.1,
  gamma: 0.05,
  blurProbability: 0,
  noise: 0,
  eraseProbability: 0,
  invertProbability: 0,
};

/** For images from elsewhere: aspect, framing, sharpness, tone and markers vary so that none of them can be read. */
export const forTheShift: Augmentation = {
  flip: true,
  rotationDegrees: 12,
  scale: 0.35,
  translation: 0.08,
  brightness: 0.15,
  contrast: 0.5,
  gamma: 0.5,
  blurProbability: 0.4,
  noise: 12,
  eraseProbability: 0.5,
  invertProbability: 0,
};
