import { readFile } from "node:fs/promises";
import { patientKey } from "@/lib/dataset/patient-key";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { ModelManifest } from "@/lib/manifest";
import { type EvaluatedCase, type EvaluationMetrics, evaluateCases } from "@/lib/metrics/evaluate-cases";
import { readCurrentModel } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { interpret } from "@/lib/prediction/interpret";
import { parseSafetensors, type Weights } from "@/lib/safetensors/safetensors";
import { imageToModelGray } from "@/lib/xray/model-gray";
import type { Engine } from "@/trainer/engines/engine";
import { openEngine } from "@/trainer/engines/open";
import { predictLogits } from "@/trainer/predict-outputs";
import { type LabelledFile, listLabelledFolder } from "./cli/labelled-folder";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const figureNames = ["auc", "accuracy", "sensitivity", "specificity", "precision", "f1", "ece"] as const;
/** Images in memory at a time. */
const chunkSize = 256;
const largestBadShare = 0.05;
const namedBadFiles = 20;

interface BadFile {
  file: string;
  reason: string;
}

interface Evaluation {
  metrics: EvaluationMetrics;
  badFiles: BadFile[];
  manifest: ModelManifest;
  engine: string;
  durationMs: number;
}

const command = newCommand("evaluate", "Measure the current model version on labelled X-rays.")
  .argument(
    "<folder>",
    "a folder that holds NORMAL/ and PNEUMONIA/ with DICOM, JPEG, PNG, WebP, BMP or TIFF files",
  )
  .option("--json", "print one JSON object")
  .option("--engine <name>", "engine for the predictions; by default the first that works here")
  .addHelpText(
    "after",
    "\nFigures are at the model's own threshold, with 95 % intervals. Files that cannot be read are named and left" +
      "\nout; the exit code is then 1, and above 5 % of them there are no figures at all.",
  )
  .parse();
const options = command.opts<{ json?: boolean; engine?: string }>();

await runCommand(async () => {
  const folder = resolveTyped(command.args[0] as string);
  enterProjectFolder();
  const evaluation = await evaluateFolder(folder);
  process.stdout.write(
    options.json ? `${JSON.stringify(asJson(folder, evaluation))}\n` : readable(folder, evaluation),
  );
  return evaluation.badFiles.length > 0 ? 1 : 0;
});

async function evaluateFolder(folder: string): Promise<Evaluation> {
  const startMs = performance.now();
  const files = await listLabelledFolder(folder);
  const { manifest, weightsBytes } = await readCurrentModel(localArtifactStore());
  const { weights } = parseSafetensors(weightsBytes);
  const engine = await openEngine(options.engine ?? process.env.TRAINER_ENGINE);
  const progress = progressLine();
  const cases: EvaluatedCase[] = [];
  const badFiles: BadFile[] = [];

  for (let start = 0; start < files.length; start += chunkSize) {
    const chunk = await readChunk(files.slice(start, start + chunkSize), manifest.preprocessing.size);
    badFiles.push(...chunk.badFiles);
    refuseTooManyBad(folder, badFiles, files.length);
    const logits = await predictChunk(engine, weights, manifest, chunk.gray, (done) =>
      progress.update(`${start + done} of ${files.length} images`),
    );
    for (const [i, { label, name }] of chunk.files.entries()) {
      const { probability } = interpret(logits[i] as number, manifest);
      cases.push({ patientId: patientKey(name), label, probability });
    }
  }
  progress.done();
  for (const { file, reason } of badFiles) process.stderr.write(`left out: ${file}: ${reason}\n`);
  const metrics = evaluateCases(cases, manifest.threshold.probability);
  return {
    metrics,
    badFiles,
    manifest,
    engine: engine.name,
    durationMs: Math.round(performance.now() - startMs),
  };
}

interface Chunk {
  files: LabelledFile[];
  /** [files, size, size] */
  gray: Uint8Array;
  badFiles: BadFile[];
}

async function readChunk(files: LabelledFile[], size: number): Promise<Chunk> {
  const area = size * size;
  const gray = new Uint8Array(files.length * area);
  const chunk: Chunk = { files: [], gray, badFiles: [] };
  for (const file of files) {
    try {
      gray.set(await imageToModelGray(await readFile(file.path), size), chunk.files.length * area);
      chunk.files.push(file);
    } catch (error) {
      chunk.badFiles.push({ file: file.name, reason: describeError(error) });
    }
  }
  chunk.gray = gray.subarray(0, chunk.files.length * area);
  return chunk;
}

function predictChunk(
  engine: Engine,
  weights: Weights,
  manifest: ModelManifest,
  gray: Uint8Array,
  onProgress: (done: number) => void,
): Promise<Float32Array> {
  const { views, preprocessing } = manifest;
  return predictLogits(engine, weights, { gray }, { size: preprocessing.size, views, onProgress });
}

function refuseTooManyBad(folder: string, badFiles: BadFile[], total: number): void {
  if (badFiles.length <= total * largestBadShare) return;
  const named = badFiles.slice(0, namedBadFiles).map(({ file, reason }) => `\n  ${file}: ${reason}`);
  throw new PneumoscopeError(
    "DATASET_TOO_MANY_BAD_FILES",
    `More than ${largestBadShare * 100} % of the ${total} images in ${folder} cannot be read:${named.join("")}`,
  );
}

/** Each figure as a number, and its 95 % interval under the same name in `ci95`. */
function asJson(folder: string, { metrics, badFiles, manifest, engine, durationMs }: Evaluation) {
  const values = Object.fromEntries(figureNames.map((name) => [name, metrics[name].value]));
  const intervals = figureNames.map((name) => [name, [metrics[name].low, metrics[name].high]]);
  return {
    folder,
    n: metrics.n,
    patients: metrics.patients,
    positives: metrics.positives,
    ...values,
    ci95: Object.fromEntries(intervals),
    threshold: manifest.threshold.probability,
    modelVersion: manifest.version,
    engine,
    durationMs,
    leftOut: badFiles,
  };
}

function readable(folder: string, { metrics, manifest, engine, durationMs }: Evaluation): string {
  const { n, patients, positives } = metrics;
  const figure = (value: number | null) => (value === null ? "   n/a" : value.toFixed(4));
  const rows = figureNames.map((name) => {
    const { value, low, high } = metrics[name];
    return `  ${name.padEnd(12)} ${figure(value)}   (95 % interval ${figure(low)} to ${figure(high)})`;
  });
  return [
    folder,
    `  n            ${n} images of ${patients} patients, ${positives} PNEUMONIA, ${n - positives} NORMAL`,
    ...rows,
    `  model version ${manifest.version}, threshold ${manifest.threshold.probability.toFixed(4)}, engine ${engine}, ` +
      `${(durationMs / 1000).toFixed(1)} s`,
    "",
  ].join("\n");
}
