import type { EpochMetrics } from "@/lib/training/job";
/** −t·log σ(z) − (1−t)·log(1−σ(z)), without overflow: max(z, 0) − z·t + log(1 + e^−|z|). */
export function binaryCrossEntropy(logit: number, target: number): number {
  return Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));
}
function auc(l: ArrayLike<number>, y: ArrayLike<number>) {
  const o = Array.from(l, (_, i) => i).sort((a, b) => l[a]! - l[b]!);
  let r = 0,
    s = 0,
    p = 0;
  for (let i = 0; i < o.length; ) {
    let j = i;
    while (j < o.length && l[o[j]!] === l[o[i]!]) j++;
    for (let k = i; k < j; k++) {
      if (y[o[k]!]) {
        s += (i + j + 1) / 2;
        p++;
      }
    }
    i = j;
  }
  return (s - (p * (p + 1)) / 2) / (p * (o.length - p));
}
export function epochMetricsFrom(x: {
  epoch: number;
  running: { loss: number; correct: number; images: number };
  logits: Float32Array;
  labels: Uint8Array;
  learningRate: number;
  durationMs: number;
}): EpochMetrics {
  let loss = 0,
    tp = 0,
    fp = 0,
    tn = 0,
    fn = 0;
  x.logits.forEach((z, i) => {
    loss += binaryCrossEntropy(z, x.labels[i]!);
    const y = x.labels[i];
    if (z >= 0) {
      if (y) tp++;
      else fp++;
    } else {
      if (y) fn++;
      else tn++;
    }
  });
  const n = x.logits.length;
  return {
    epoch: x.epoch,
    train_loss: x.running.loss / x.running.images,
    train_accuracy: x.running.correct / x.running.images,
    val_loss: loss / n,
    val_accuracy: (tp + tn) / n,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    specificity: tn / (tn + fp),
    f1: (2 * tp) / (2 * tp + fp + fn),
    auc: auc(x.logits, x.labels),
    learningRate: x.learningRate,
    durationMs: x.durationMs,
  };
}
