import { expect, it } from "vitest";
import type { EpochMetrics } from "./job";
import { curvePanels, curvesCsv } from "./training-curves";

const epoch = (number: number): EpochMetrics => ({
  epoch: number,
  train_loss: 1 / number,
  train_accuracy: 0.9,
  val_loss: 1.5 / number,
  val_accuracy: 0.8,
  precision: null,
  recall: 0.5,
  specificity: 0.75,
  f1: null,
  auc: number === 1 ? null : 0.9,
  learningRate: 0.001,
  durationMs: 10,
});

it("has one row and one point an epoch, and says nothing where nothing is known", () => {
  const epochs = [epoch(1), epoch(2)];
  expect(curvesCsv(epochs).split("\n")).toEqual([
    "epoch,train_loss,val_loss,train_accuracy,val_accuracy,precision,recall,specificity,f1,auc,learningRate,durationMs",
    "1,1,1.5,0.9,0.8,,0.5,0.75,,,0.001,10",
    "2,0.5,0.75,0.9,0.8,,0.5,0.75,,0.9,0.001,10",
    "",
  ]);
  const [loss, auc] = curvePanels(epochs);
  expect(loss?.lines.map((line) => line.points)).toEqual([
    [
      { x: 1, y: 1 },
      { x: 2, y: 0.5 },
    ],
    [
      { x: 1, y: 1.5 },
      { x: 2, y: 0.75 },
    ],
  ]);
  expect(auc?.lines[0]?.points).toEqual([
    { x: 1, y: Number.NaN },
    { x: 2, y: 0.9 },
  ]);
});
