import type { Panel } from "@/lib/charts/draw-panels";
import type { EpochMetrics } from "./job";

const columns: (keyof EpochMetrics)[] = [
  "epoch",
  "train_loss",
  "val_loss",
  "train_accuracy",
  "val_accuracy",
  "precision",
  "recall",
  "specificity",
  "f1",
  "auc",
  "learningRate",
  "durationMs",
];

/** One row an epoch; what could not be computed is empty. */
export function curvesCsv(epochs: readonly EpochMetrics[]): string {
  const rows = epochs.map((epoch) => columns.map((column) => epoch[column] ?? "").join(","));
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}

/** Loss of both sides, AUC and learning rate by epoch. */
export function curvePanels(epochs: readonly EpochMetrics[]): Panel[] {
  const line = (value: (epoch: EpochMetrics) => number | null) =>
    epochs.map((epoch) => ({ x: epoch.epoch, y: value(epoch) ?? Number.NaN }));
  return [
    {
      title: "Loss",
      x: "epoch",
      y: "cross-entropy",
      lines: [
        { name: "train", points: line((epoch) => epoch.train_loss) },
        { name: "validation", dash: [6, 4], points: line((epoch) => epoch.val_loss) },
      ],
    },
    {
      title: "AUC on validation patients",
      x: "epoch",
      y: "AUC",
      lines: [{ name: "validation", dash: [6, 4], points: line((epoch) => epoch.auc) }],
    },
    {
      title: "Learning rate at the epoch's end",
      x: "epoch",
      y: "rate",
      lines: [{ name: "", points: line((epoch) => epoch.learningRate) }],
    },
  ];
}
