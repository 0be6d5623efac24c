import type { Interval } from "@/lib/metrics/interval";
import type { ModelManifest } from "./schema";

type Metrics = ModelManifest["metrics"];

/**
 * A model card (Mitchell et al., FAT* 2019) in Markdown, from a manifest and sections of its own.
 * @param sections Markdown by heading, put before the limits
 */
export function renderModelCard(
  manifest: ModelManifest,
  command: string,
  sections: Record<string, string> = {},
): string {
  const { dataset, trainingRun, trainingData, threshold, calibration, metrics, uncertainBand, refusal } =
    manifest;
  const extra = Object.entries(sections).flatMap(([heading, text]) => [`## ${heading}`, "", text, ""]);
  return [
    `# Model card: version ${manifest.version}`,
    "",
    "**For research use. Not a medical device.** It tells NORMAL from PNEUMONIA on frontal chest radiographs of young",
    "children, as a second look for people who can read the image themselves.",
    "",
    "## Model",
    "",
    "ResNet18 (He et al., 2016), batch norm folded, one logit; the probability is sigmoid(logit / temperature).",
    "",
    `| | |`,
    "|---|---|",
    `| weights | ${manifest.weights.format}, ${manifest.weights.sizeBytes} bytes, \`${manifest.weights.digest}\` |`,
    `| input | ${manifest.preprocessing.size} × ${manifest.preprocessing.size} gray levels, ${manifest.views.length} views averaged |`,
    `| temperature | ${calibration.temperature.toFixed(4)} |`,
    `| threshold | ${threshold.probability.toFixed(4)}, for a sensitivity of ${threshold.targetSensitivity} on ${threshold.chosenOn} |`,
    `| training run | preset ${trainingRun.preset}, engine ${trainingRun.engine}, seed ${trainingRun.seed}, ${(trainingRun.durationMs / 60_000).toFixed(1)} minutes |`,
    `| made with | \`${command}\` |`,
    "",
    "## Training data",
    "",
    trainingData.statement,
    "",
    `${trainingData.attribution} Licence: ${trainingData.licence}. Source: ${trainingData.source}.`,
    "",
    `The dataset version \`${dataset.digest}\` has ${dataset.images} images of ${dataset.patients} patients;`,
    `${dataset.heldOutImages} images of ${dataset.heldOutPatients} patients are held out. No patient is on two sides.`,
    "",
    "## Figures on held-out patients",
    "",
    "Same hospital as the training data, never trained on; with 95 % intervals.",
    "",
    "| figure | value | 95 % interval |",
    "|---|---|---|",
    ...figureRows(metrics),
    "",
    ...extra,
    "## Uncertain band",
    "",
    `Probabilities from ${uncertainBand.low.toFixed(4)} to ${uncertainBand.high.toFixed(4)} are shown as uncertain: from the lower end on the`,
    `sensitivity was ${uncertainBand.targetSensitivity}, below the upper end the specificity ${uncertainBand.targetSpecificity}, on ${uncertainBand.chosenOn}.`,
    "",
    "| on held-out patients | share | 95 % interval |",
    "|---|---|---|",
    row("images in the band", uncertainBand.heldOut.inside),
    row("of those, called wrongly", uncertainBand.heldOut.errorsInside),
    row("below the band, but PNEUMONIA", uncertainBand.heldOut.errorsBelow),
    row("above the band, but NORMAL", uncertainBand.heldOut.errorsAbove),
    "",
    "## Refusal",
    "",
    `Images farther than ${refusal.limit} from the training radiographs in the network's own feature space get no probability; the`,
    `limit accepts ${100 * refusal.acceptedShare} % of augmented validation images. Colour, shape and content are judged before.`,
    "",
    "| | share | 95 % interval |",
    "|---|---|---|",
    row(`held-out radiographs refused (${refusal.heldOut.images} images)`, refusal.heldOut.refused),
    ...(refusal.foreign
      ? [row(`foreign images refused (${refusal.foreign.images} images)`, refusal.foreign.refused)]
      : []),
    "",
    "## Known limits",
    "",
    ...trainingData.limits.map((limit) => `- ${limit}`),
    "",
  ].join("\n");
}

const figures = ["auc", "accuracy", "sensitivity", "specificity", "precision", "f1", "ece"] as const;

function figureRows(metrics: Metrics): string[] {
  return figures.map((name) => row(name, metrics[name]));
}

function row(name: string, { value, low, high }: Interval): string {
  const text = (number: number | null) => number?.toFixed(4) ?? "undefined";
  return `| ${name} | ${text(value)} | ${text(low)} – ${text(high)} |`;
}
