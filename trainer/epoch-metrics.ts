import { PneumoscopeError } from "@/lib/errors";
import { auc } from "@/lib/metrics/auc";
import {
  accuracy,
  confusionMatrix,
  f1,
  precision,
  sensitivity,
  specificity,
} from "@/lib/metrics/confusion-matrix";
import type { EpochMetrics } from "@/lib/training/job";

export interface EpochOutcome {
  epoch: number;
  /** Sums over the augmented training images of the epoch. */
  running: { loss: number; correct: number; images: number };
  /** [n], on validation patients. */
  logits: Float32Array;
  /** [n], 0 or 1. */
  labels: Uint8Array;
  learningRate: number;
  durationMs: number;
}

/** −t·log σ(z) − (1−t)·log(1−σ(z)), without overflow: max(z, 0) − z·t + log(1 + e^−|z|). */
export function binaryCrossEntropy(logit: number, target: number): number {
  return Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));
}

/**
 * The record of one epoch; while training, a logit of 0 or more counts as PNEUMONIA.
 * @throws TRAINING_DIVERGED where a logit is not finite, as after a last step that went too far
 */
export function epochMetricsFrom(outcome: EpochOutcome): EpochMetrics {
  const { running, logits, labels } = outcome;
  if (!logits.every(Number.isFinite))
    throw new PneumoscopeError(
      "TRAINING_DIVERGED",
      `The network gives no finite number after epoch ${outcome.epoch}; lower the learning rate and start again.`,
    );
  const matrix = confusionMatrix(labels, logits, 0);
  const loss = logits.reduce((sum, logit, i) => sum + binaryCrossEntropy(logit, labels[i] as number), 0);
  return {
    epoch: outcome.epoch,
    train_loss: running.loss / running.images,
    train_accuracy: running.correct / running.images,
    val_loss: loss / logits.length,
    val_accuracy: accuracy(matrix) ?? 0,
    precision: precision(matrix),
    recall: sensitivity(matrix),
    specificity: specificity(matrix),
    f1: f1(matrix),
    auc: auc(labels, logits),
    learningRate: outcome.learningRate,
    durationMs: outcome.durationMs,
  };
}
