import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Option } from "commander";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { readCurrentManifest, readWeights } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { writeFileAtomic } from "@/lib/node/write-file";
import { type ExportedModel, type ExportFormat, exportFormats, writeModel } from "@/lib/node/write-model";
import { assertComplete } from "@/lib/resnet18/architecture";
import { foldBatchNorm } from "@/lib/resnet18/fold-batch-norm";
import { parseSafetensors, type Weights } from "@/lib/safetensors/safetensors";
import { download } from "./cli/download";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { imagenetWeightsFile } from "./training/initial-weights";

/** torchvision's ImageNet ResNet18 (IMAGENET1K_V1, BSD-3-Clause), as safetensors, published by timm. */
const defaultUrl = "https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors";
/** The complete network in float32 has 46.8 MB. */
const largestBytes = 100_000_000;

const program = newCommand(
  "weights",
  "ImageNet weights that a first model can start from, and models for other software.",
);
program
  .command("fetch")
  .description(
    "download torchvision's ResNet18 ImageNet weights into data/weights/resnet18-imagenet.safetensors and check them",
  )
  .option("--url <url>", "another source of a safetensors file in torchvision's or timm's names", defaultUrl)
  .action((options: { url: string }) => runCommand(() => fetchWeights(options.url)));
program
  .command("check")
  .description("verify a file's names and shapes, fold its batch norm, and print its digest")
  .argument("[file]", "a safetensors file; by default the fetched one")
  .action((file?: string) => runCommand(() => check(file)));
program
  .command("export")
  .description(
    "write a model for other software: ONNX, a ZIP with a TensorFlow.js graph model, or safetensors",
  )
  .argument("[file]", "a safetensors file; by default the model in use")
  .addOption(new Option("--format <format>", "what to write").choices(exportFormats).default("onnx"))
  .option("--out <folder>", "where to write it", ".")
  .action((file: string | undefined, options: { format: ExportFormat; out: string }) =>
    runCommand(() => exportWeights(file, options)),
  );
await program.parseAsync();

async function exportWeights(
  typed: string | undefined,
  { format, out }: { format: ExportFormat; out: string },
): Promise<void> {
  const given = typed ? resolveTyped(typed) : null;
  const folder = resolveTyped(out);
  enterProjectFolder();
  const { fileName, body } = given ? await exportFile(given, format) : await exportCurrent(format);
  const target = path.join(folder, fileName);
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(target, new Uint8Array(await body.arrayBuffer()));
  process.stdout.write(`${target} (${megabytes(body.size)} MB)\n`);
}

async function exportCurrent(format: ExportFormat): Promise<ExportedModel> {
  const store = localArtifactStore();
  const { signedManifest: signed, manifest } = await readCurrentManifest(store);
  const { version, weights } = manifest;
  return writeModel(await readWeights(store, weights.digest), format, {
    name: `pneumoscope-${version}`,
    signed,
  });
}

async function exportFile(file: string, format: ExportFormat): Promise<ExportedModel> {
  const bytes = await readBytes(file);
  assertComplete(parseSafetensors(bytes).weights);
  return writeModel(bytes, format, { name: path.basename(file, ".safetensors"), signed: null });
}

async function fetchWeights(url: string): Promise<void> {
  enterProjectFolder();
  const file = imagenetWeightsFile();
  const progress = progressLine();
  process.stderr.write(`Fetching ${url}\n`);
  await download({
    url,
    file: `${file}.unchecked`,
    largestBytes,
    onProgress: (received, total) =>
      progress.update(`${megabytes(received)} of ${total ? megabytes(total) : "?"} MB`),
  });
  progress.done();
  const report = await inspect(`${file}.unchecked`).catch(async (error) => {
    await rm(`${file}.unchecked`, { force: true });
    throw error;
  });
  await rename(`${file}.unchecked`, file);
  print(file, report);
}

async function check(typed?: string): Promise<void> {
  const given = typed ? resolveTyped(typed) : null;
  enterProjectFolder();
  const file = given ?? imagenetWeightsFile();
  print(file, await inspect(file));
}

interface Report {
  digest: string;
  sizeBytes: number;
  tensors: number;
  parameters: number;
  batchNorm: "folded here" | "folded already";
}

/** @throws FILE_NOT_FOUND, WEIGHTS_INVALID naming the file */
async function inspect(file: string): Promise<Report> {
  const bytes = await readBytes(file);
  try {
    const { weights } = parseSafetensors(bytes);
    const folded = foldBatchNorm(weights);
    requireFinite(folded);
    assertComplete(withBackboneHead(folded));
    return {
      digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
      sizeBytes: bytes.byteLength,
      tensors: folded.size,
      parameters: [...folded.values()].reduce((sum, { data }) => sum + data.length, 0),
      batchNorm: weights.has("bn1.weight") ? "folded here" : "folded already",
    };
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    throw new PneumoscopeError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

function readBytes(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause) => {
    const reason = describeError(cause);
    throw new PneumoscopeError(
      "FILE_NOT_FOUND",
      `${file} cannot be read (${reason}). Run “npm run weights -- fetch”.`,
      { cause },
    );
  });
}

/** ImageNet's head has 1,000 rows and is replaced before training; only the layers before it must be complete. */
function withBackboneHead(weights: Weights): Weights {
  const head: Weights = new Map([
    ["fc.weight", { shape: [1, 512], data: new Float32Array(512) }],
    ["fc.bias", { shape: [1], data: new Float32Array(1) }],
  ]);
  return new Map([...weights, ...head]);
}

function requireFinite(weights: Weights): void {
  for (const [name, { data }] of weights) {
    if (!data.every(Number.isFinite)) {
      throw new PneumoscopeError("WEIGHTS_INVALID", `${name} holds values that are not finite numbers.`);
    }
  }
}

function print(file: string, report: Report): void {
  process.stdout.write(
    `${file}\n  digest      ${report.digest}\n  size        ${megabytes(report.sizeBytes)} MB\n` +
      `  tensors     ${report.tensors}, ${report.parameters} parameters, batch norm ${report.batchNorm}\n` +
      "  complete    yes: a first model can start from this file\n",
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
