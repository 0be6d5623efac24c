import { z } from "zod";
import { trainingConfigSchema } from "./config";
import { type EpochMetrics, epochMetricsSchema } from "./job";

export const trialSchema = z.strictObject({
  trial: z.int().min(1),
  values: z.record(z.string(), z.unknown()).describe("what varies"),
  config: trainingConfigSchema,
  state: z.enum(["finished", "stopped", "diverged"]),
  epochs: z.array(epochMetricsSchema),
  durationMs: z.number(),
});
export type Trial = z.infer<typeof trialSchema>;

export interface StoppingRule {
  /** Epochs that every trial gets. */
  graceEpochs: number;
  /** Trials that an epoch is compared with before anything is stopped. */
  leastTrials: number;
}

/** After one epoch a slow start cannot be told from a hopeless one; search.test.ts simulates it. */
export const defaultRule: StoppingRule = { graceEpochs: 2, leastTrials: 3 };

/**
 * The median rule (Golovin et al., «Google Vizier», KDD 2017, 3.2.2): a trial is hopeless when the best that it has
 * reached so far lies below the median, over earlier trials that got as far, of their mean up to the same epoch.
 * Means of rising curves lie below their ends, so a trial that starts slowly is not stopped by noise.
 * @param earlier curves of other trials, higher being better, whether they ended or were stopped
 * @param curve of the trial in question, its last value being the newest
 */
export function isHopeless(
  earlier: readonly (readonly number[])[],
  curve: readonly number[],
  { graceEpochs, leastTrials }: StoppingRule = defaultRule,
): boolean {
  const epochs = curve.length;
  const reached = earlier.filter((other) => other.length >= epochs);
  if (epochs < graceEpochs || reached.length < leastTrials) return false;
  const means = reached.map(
    (other) => other.slice(0, epochs).reduce((sum, value) => sum + value, 0) / epochs,
  );
  return Math.max(...curve) < median(means);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** What trials are compared by: the AUC on validation patients, epoch by epoch. Without one class it is chance. */
export function curveOf(epochs: readonly EpochMetrics[]): number[] {
  return epochs.map((epoch) => epoch.auc ?? 0.5);
}

/** The epoch whose weights a training keeps: the last one, or with patience the one of least val_loss. */
export function keptEpoch({ config, epochs }: Pick<Trial, "config" | "epochs">): EpochMetrics | undefined {
  if (config.earlyStoppingPatience === 0) return epochs.at(-1);
  return epochs.reduce<EpochMetrics | undefined>(
    (best, epoch) => (best && best.val_loss <= epoch.val_loss ? best : epoch),
    undefined,
  );
}

/** Finished trials first, the best on top: by AUC, equal ones by val_loss. */
export function rankTrials(trials: readonly Trial[]): Trial[] {
  const order = { finished: 0, stopped: 1, diverged: 2 };
  return [...trials].sort((a, b) => {
    const [x, y] = [keptEpoch(a), keptEpoch(b)];
    return (
      order[a.state] - order[b.state] ||
      (y?.auc ?? 0) - (x?.auc ?? 0) ||
      (x?.val_loss ?? 0) - (y?.val_loss ?? 0) ||
      a.trial - b.trial
    );
  });
}

/** @returns the best finished trial, or null where none finished */
export function bestTrial(trials: readonly Trial[]): Trial | null {
  const [best] = rankTrials(trials);
  return best?.state === "finished" ? best : null;
}

/** As a Markdown table, the best on top. */
export function searchTable(trials: readonly Trial[]): string {
  const keys = [...new Set(trials.flatMap((trial) => Object.keys(trial.values)))];
  const row = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["trial", "", "epochs", "validation AUC", "validation loss", ...keys]),
    `|${"---|".repeat(5 + keys.length)}`,
    ...rankTrials(trials).map((trial) => {
      const kept = keptEpoch(trial);
      return row([
        trial.trial,
        trial.state,
        `${trial.epochs.length} of ${trial.config.epochs}`,
        kept?.auc?.toFixed(4) ?? "–",
        kept?.val_loss.toFixed(4) ?? "–",
        ...keys.map((key) => String(trial.values[key])),
      ]);
    }),
  ].join("\n");
}
