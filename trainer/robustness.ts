import { auc } from "@/lib/metrics/auc";
import { confusionMatrix, sensitivity, specificity } from "@/lib/metrics/confusion-matrix";
import { thresholdForSensitivity } from "@/lib/metrics/threshold";
import type { View } from "@/lib/resnet18/views";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { LabelledImages } from "./data/labelled-images";
import { perturbations, perturbImages } from "./data/perturb";
import type { Engine } from "./engines/engine";
import { predictLogits } from "./predict-outputs";

/**
 * What an evaluation report measures besides images as they are: framing (crop, rotation), tone (brightness, contrast),
 * blur, noise, and borders masked where letters and markers are burnt in. All are in data/perturb.ts.
 */
export const reportConditions = [
  "framed closer 1.2",
  "rotated 8 degrees",
  "brighter by 40",
  "darker by 40",
  "contrast 1.5",
  "contrast 0.6",
  "blurred",
  "noise of 12 levels",
  "borders and markers masked",
];

export interface RobustnessRow {
  condition: string;
  auc: number;
  sensitivity: number;
  specificity: number;
}

export interface RobustnessOptions {
  size: number;
  views: readonly View[];
  targetSensitivity: number;
  onProgress?: (condition: string) => void;
}

/**
 * How a model does on held-out patients under each perturbation, at the threshold that reaches the target sensitivity
 * on unperturbed validation patients. The last two rows are the worst condition of each figure and all conditions
 * pooled, where one threshold must serve them all.
 */
export async function measureRobustness(
  engine: Engine,
  weights: Weights,
  validation: LabelledImages,
  heldOut: LabelledImages,
  { size, views, targetSensitivity, onProgress }: RobustnessOptions,
): Promise<RobustnessRow[]> {
  const validationLogits = await predictLogits(engine, weights, validation, { size, views });
  const threshold = thresholdForSensitivity(validationLogits, validation.labels, targetSensitivity);
  const rows: RobustnessRow[] = [];
  const pooledLogits: number[] = [];
  const pooledLabels: number[] = [];
  for (const perturbation of perturbations) {
    onProgress?.(perturbation.name);
    const gray = perturbImages(heldOut, size, perturbation);
    const logits = await predictLogits(engine, weights, { gray }, { size, views });
    rows.push(describe(perturbation.name, heldOut.labels, logits, threshold));
    pooledLogits.push(...logits);
    pooledLabels.push(...heldOut.labels);
  }
  const least = (key: "auc" | "sensitivity" | "specificity") => Math.min(...rows.map((row) => row[key]));
  const worst = {
    condition: "worst of each",
    auc: least("auc"),
    sensitivity: least("sensitivity"),
    specificity: least("specificity"),
  };
  return [...rows, worst, describe("all pooled", pooledLabels, pooledLogits, threshold)];
}

function describe(
  condition: string,
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  threshold: number,
): RobustnessRow {
  const matrix = confusionMatrix(labels, logits, threshold);
  return {
    condition,
    auc: auc(labels, logits) ?? Number.NaN,
    sensitivity: sensitivity(matrix) ?? Number.NaN,
    specificity: specificity(matrix) ?? Number.NaN,
  };
}

/** The rows as a Markdown table. */
export function robustnessTable(rows: RobustnessRow[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.condition} | ${row.auc.toFixed(4)} | ${row.sensitivity.toFixed(3)} | ${row.specificity.toFixed(3)} |`,
  );
  return ["| held-out patients | AUC | sensitivity | specificity |", "|---|---|---|---|", ...lines].join(
    "\n",
  );
}
