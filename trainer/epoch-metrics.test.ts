import { expect, it } from "vitest";
import { epochMetricsFrom } from "./epoch-metrics";

const outcome = {
  epoch: 3,
  running: { loss: 2, correct: 3, images: 4 },
  labels: Uint8Array.of(0, 1),
  learningRate: 0.1,
  durationMs: 5,
};

it("calls a network that gives no number diverged, whenever it went wrong", () => {
  expect(epochMetricsFrom({ ...outcome, logits: Float32Array.of(-1, 0) })).toMatchObject({
    train_loss: 0.5,
    val_accuracy: 1,
    auc: 1,
  });
  for (const logit of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => epochMetricsFrom({ ...outcome, logits: Float32Array.of(logit, 0) })).toThrow(
      expect.objectContaining({ code: "TRAINING_DIVERGED" }),
    );
});
