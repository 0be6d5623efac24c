import { readFile } from "node:fs/promises";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { isSystemError } from "@/lib/node/write-file";
import { describeRefusal } from "@/lib/prediction/describe-refusal";
import { readRadiograph } from "@/lib/prediction/read-radiograph";
import { decodeRadiograph } from "@/lib/xray/decode-radiograph";
import { type CurrentPredictor, openCurrentPredictor } from "./cli/open-predictor";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, printError, runCommand } from "./cli/run-command";

interface PredictionLine {
  file: string;
  status: "ok" | "refused" | "error";
  label: string | null;
  /** Whether the probability lies in the uncertain band. */
  uncertain: boolean | null;
  probability: number | null;
  threshold: number | null;
  modelVersion: string | null;
  /** What the model was not made for and the file states. */
  cautions: string[];
  /** Why there is no prediction. */
  reason: string | null;
}

const command = newCommand("predict", "Read chest X-rays with the current model version. Research use only.")
  .argument("<file...>", "JPEG or PNG files")
  .option("--json", "print one JSON object a line")
  .addHelpText("after", "\nThe exit code is 0 when every file was read, and 1 otherwise.")
  .parse();
const asJson: boolean = command.opts().json ?? false;

await runCommand(async () => {
  const files = command.args.map((typed) => ({ typed, path: resolveTyped(typed) }));
  enterProjectFolder();
  const model = await openCurrentPredictor().catch((error: unknown) => {
    printError(error);
    return describeError(error);
  });
  let failures = 0;
  for (const file of files) {
    const line = await predictFile(file, model);
    if (line.status === "error") failures++;
    process.stdout.write(`${asJson ? JSON.stringify(line) : readable(line)}\n`);
  }
  return failures > 0 ? 1 : 0;
});

/** Never throws: a file that cannot be read is a line that says why. */
async function predictFile(
  file: { typed: string; path: string },
  model: CurrentPredictor | string,
): Promise<PredictionLine> {
  const none = {
    label: null,
    uncertain: null,
    probability: null,
    threshold: null,
    modelVersion: null,
    cautions: [],
  };
  try {
    const bytes = await readBytes(file);
    if (typeof model === "string") throw new Error(model);
    const { manifest, predictor } = model;
    const outcome = await readRadiograph(await decodeRadiograph(bytes), { manifest, predictor });
    const cautions = outcome.cautions.map(({ kind, value }) => `${kind} ${value}`);
    const modelVersion = manifest.version;
    if (outcome.status === "refused") {
      const reason = outcome.reasons.map(describeRefusal).join(" ");
      return { file: file.typed, status: "refused", ...none, modelVersion, cautions, reason };
    }
    const { label, probability, threshold, uncertain } = outcome.prediction;
    return {
      file: file.typed,
      status: "ok",
      label,
      uncertain,
      probability,
      threshold,
      modelVersion,
      cautions,
      reason: null,
    };
  } catch (error) {
    return { file: file.typed, status: "error", ...none, reason: describeError(error) };
  }
}

async function readBytes({ typed, path }: { typed: string; path: string }): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const why = isSystemError(error, "ENOENT")
      ? "does not exist"
      : isSystemError(error, "EISDIR")
        ? "is a folder; name its files, or use “npm run evaluate” for a labelled folder"
        : `cannot be read (${describeError(error)})`;
    throw new PneumoscopeError("FILE_NOT_FOUND", `The file ${typed} ${why}.`, { cause: error });
  }
}

function readable({
  file,
  status,
  label,
  uncertain,
  probability,
  threshold,
  modelVersion,
  cautions,
  reason,
}: PredictionLine): string {
  if (status === "error") return `${file}: no prediction. ${reason}`;
  if (status === "refused") return `${file}: refused. ${reason}`;
  const figures = `probability ${probability?.toFixed(4)}, threshold ${threshold?.toFixed(4)}`;
  const said = cautions.length > 0 ? `Not what the model was made for: ${cautions.join(", ")}. ` : "";
  const verdict = uncertain ? `uncertain, ${label} by the threshold` : label;
  return `${file}: ${said}${verdict} (${figures}, model version ${modelVersion})`;
}
