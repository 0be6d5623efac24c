import path from "node:path";
import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import { PneumoscopeError } from "@/lib/errors";
import {
  documentBytes,
  documentDigest,
  type EvaluationDocument,
  type Figures,
} from "@/lib/evaluation/document";
import { digestOfCases, evaluateReadings } from "@/lib/evaluation/evaluate-readings";
import { writeHtml } from "@/lib/evaluation/write-html";
import { readCurrentModel } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { writeFileAtomic } from "@/lib/node/write-file";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import { openEngine } from "@/trainer/engines/open";
import { reportConditions } from "@/trainer/robustness";
import { type LabelledFile, listLabelledFolder } from "./cli/labelled-folder";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { readLabelledFiles, type UnreadableFile } from "./cli/read-labelled";
import { newCommand, runCommand } from "./cli/run-command";

const figureNames = [
  "auc",
  "averagePrecision",
  "accuracy",
  "sensitivity",
  "specificity",
  "precision",
  "f1",
  "ece",
  "brier",
] as const;

interface Options {
  json?: boolean;
  engine?: string;
  html?: string;
  document?: string;
  robustness?: boolean;
  heldOut?: boolean;
}

interface Evaluation {
  document: EvaluationDocument;
  unreadable: UnreadableFile[];
  durationMs: number;
}

const command = newCommand("evaluate", "Measure the current model version on labelled X-rays.")
  .argument(
    "<folder>",
    "a folder that holds NORMAL/ and PNEUMONIA/ with DICOM, JPEG, PNG, WebP, BMP or TIFF files",
  )
  .option("--json", "print one JSON object")
  .option("--html <file>", "also write a report with curves and tables, which needs nothing else to be read")
  .option("--document <file>", "also write the evaluation document, as canonical JSON")
  .option("--robustness", "read every image perturbed too; on with --html")
  .option("--no-robustness", "leave the perturbed images out of the report")
  .option("--held-out", "only patients that the loop holds out (the side “test” of the split)")
  .option("--engine <name>", "engine for the predictions; by default the first that works here")
  .addHelpText(
    "after",
    "\nFigures are at the model's own threshold, with 95 % intervals, over all images that can be read; images that the" +
      "\npage would refuse are counted, and the figures without them stand beside. Files that cannot be read are named and" +
      "\nleft out; the exit code is then 1, and above 5 % of them there are no figures at all.",
  )
  .parse();
const options = command.opts<Options>();

await runCommand(async () => {
  const folder = resolveTyped(command.args[0] as string);
  const [html, document] = [options.html, options.document].map((file) => file && resolveTyped(file));
  enterProjectFolder();
  const evaluation = await evaluateFolder(folder);
  if (html) await writeFileAtomic(html, await writeHtml(evaluation.document));
  if (document) await writeFileAtomic(document, documentBytes(evaluation.document));
  process.stdout.write(
    options.json ? `${JSON.stringify(asJson(folder, evaluation))}\n` : readable(folder, evaluation),
  );
  return evaluation.unreadable.length > 0 ? 1 : 0;
});

async function evaluateFolder(folder: string): Promise<Evaluation> {
  const startMs = performance.now();
  const listed = await listLabelledFolder(folder);
  const files = options.heldOut ? onlyHeldOut(folder, listed) : listed;
  const { manifest, weightsBytes } = await readCurrentModel(localArtifactStore());
  const { weights } = parseSafetensors(weightsBytes);
  const engine = await openEngine(options.engine ?? process.env.TRAINER_ENGINE);
  const conditions = (options.robustness ?? Boolean(options.html)) ? reportConditions : [];
  const progress = progressLine();
  const { readings, unreadable } = await readLabelledFiles(files, {
    folder,
    engine,
    weights,
    manifest,
    conditions,
    onProgress: progress.update,
  });
  progress.done();
  for (const { file, reason } of unreadable) process.stderr.write(`left out: ${file}: ${reason}\n`);
  const document = evaluateReadings({
    model: {
      version: manifest.version,
      weightsDigest: manifest.weights.digest,
      temperature: manifest.calibration.temperature,
      threshold: manifest.threshold.probability,
    },
    set: {
      name: `${path.basename(folder)}${options.heldOut ? ", held-out patients" : ""}`,
      digest: digestOfCases(readings),
      unreadable: unreadable.length,
    },
    engine: engine.name,
    readings,
    conditions,
  });
  return { document, unreadable, durationMs: Math.round(performance.now() - startMs) };
}

function onlyHeldOut(folder: string, files: readonly LabelledFile[]): LabelledFile[] {
  const kept = files.filter(({ name }) => assignSplit(patientKey(name), defaultSalt) === "test");
  if (kept.length > 0) return kept;
  throw new PneumoscopeError(
    "DATASET_INVALID",
    `None of the ${files.length} images in ${folder} belongs to a held-out patient. Leave out --held-out to use them all.`,
  );
}

/** Each figure as a number, and its 95 % interval under the same name in `ci95`. */
function flat(figures: Figures) {
  const values = Object.fromEntries(figureNames.map((name) => [name, figures[name].value]));
  const intervals = figureNames.map((name) => [name, [figures[name].low, figures[name].high]]);
  const { n, patients, positives, confusion } = figures;
  return { n, patients, positives, ...values, ci95: Object.fromEntries(intervals), confusion };
}

function asJson(folder: string, { document, unreadable, durationMs }: Evaluation) {
  const { model, engine, all, refused } = document;
  return {
    folder,
    ...flat(all),
    threshold: model.threshold,
    modelVersion: model.version,
    engine,
    durationMs,
    leftOut: unreadable,
    refused: refused && {
      n: refused.images,
      positives: refused.positives,
      share: refused.share.value,
      byReason: refused.byReason,
    },
    withoutRefused: refused && flat(refused.without),
    document,
    documentDigest: documentDigest(document),
  };
}

function readable(folder: string, { document, durationMs }: Evaluation): string {
  const { model, engine, all, refused, subgroups, conditions } = document;
  const figure = (value: number | null) => (value === null ? "   n/a" : value.toFixed(4));
  const line = (name: string, { value, low, high }: Figures["auc"]) =>
    `  ${name.padEnd(17)} ${figure(value)}   (95 % interval ${figure(low)} to ${figure(high)})`;
  const { n, patients, positives, confusion } = all;
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = confusion;
  return [
    folder,
    `  n                 ${n} images of ${patients} patients, ${positives} PNEUMONIA, ${n - positives} NORMAL`,
    ...figureNames.map((name) => line(name, all[name])),
    `  confusion         ${truePositives} PNEUMONIA called, ${falseNegatives} missed; ${trueNegatives} NORMAL left alone, ${falsePositives} called`,
    ...(refused ? refusedLines(refused) : []),
    ...subgroups.map(({ name, images, sensitivity }) => line(`${name} (${images})`, sensitivity)),
    ...conditions.map(
      ({ condition, auc, sensitivity, specificity }) =>
        `  ${condition.padEnd(28)} AUC ${figure(auc.value)}, sensitivity ${figure(sensitivity.value)}, specificity ${figure(specificity.value)}`,
    ),
    `  model version ${model.version}, threshold ${model.threshold.toFixed(4)}, engine ${engine}, ` +
      `${(durationMs / 1000).toFixed(1)} s`,
    "",
  ].join("\n");

  function refusedLines({ images, without }: NonNullable<EvaluationDocument["refused"]>): string[] {
    if (images === 0) return ["  The page would refuse none of these images."];
    const named = (["auc", "accuracy", "sensitivity", "specificity"] as const).map(
      (name) => `${name} ${figure(without[name].value)}`,
    );
    return [`  The page would refuse ${images} of these images; without them: ${named.join(", ")}.`];
  }
}
