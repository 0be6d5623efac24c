import { readFile } from "node:fs/promises";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";
import { readCurrentModel } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import type { Split } from "@/lib/training/job";
import { listCases, loadCases } from "@/trainer/data/load-cases";
import { openEngine } from "@/trainer/engines/open";
import { measureRobustness, robustnessTable } from "@/trainer/robustness";
import { progressLine } from "./cli/progress";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand(
  "robustness",
  "Compare models on held-out patients under perturbation and shortcut probes.",
)
  .argument("[weights...]", "safetensors files; the current model version when none is named")
  .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/; its held-out patients are used")
  .option("--target-sensitivity <share>", "on validation patients, for the threshold", Number, 0.95)
  .option("--no-flip", "predict from the image alone, without its mirror image")
  .option("--json", "print one JSON object a model")
  .parse();

await runCommand(async () => {
  const options = command.opts<{ data: string; targetSensitivity: number; flip: boolean; json?: boolean }>();
  const files = command.args.map(resolveTyped);
  const folder = resolveTyped(options.data);
  enterProjectFolder();
  const store = localArtifactStore();
  const progress = progressLine();
  const engine = await openEngine(process.env.TRAINER_ENGINE);
  const { listingDigest } = await importFolder(folder, store, {
    onProgress: ({ done, total }) => progress.update(`reading ${done} of ${total}`),
  });
  const size = 224;
  const load = async (split: Split) =>
    loadCases(store, await listCases(store, listingDigest, [split]), {
      size,
      signal: new AbortController().signal,
      onProgress: (done, total) => progress.update(`loading ${split} ${done} of ${total}`),
    });
  const [validation, heldOut] = [await load("validation"), await load("test")];
  const models = files.length
    ? files.map((file) => ({ name: path.basename(file), read: () => readWeights(file) }))
    : [{ name: "current", read: async () => (await readCurrentModel(store)).weightsBytes }];
  for (const { name, read } of models) {
    const { weights } = parseSafetensors(await read());
    const rows = await measureRobustness(engine, weights, validation, heldOut, {
      size,
      views: options.flip ? ["identity", "horizontal-flip"] : ["identity"],
      targetSensitivity: options.targetSensitivity,
      onProgress: (condition) => progress.update(`${name}: ${condition}`),
    });
    progress.done();
    process.stdout.write(
      options.json ? `${JSON.stringify({ name, rows })}\n` : `${name}\n\n${robustnessTable(rows)}\n\n`,
    );
  }
});

async function readWeights(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause) => {
    throw new PneumoscopeError("FILE_NOT_FOUND", `The weights file ${file} cannot be read.`, { cause });
  });
}
