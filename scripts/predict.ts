import { describeError } from "@/lib/errors";
import { describeRefusal } from "@/lib/prediction/describe-refusal";
import { readRadiograph } from "@/lib/prediction/read-radiograph";
import { decodeRadiograph } from "@/lib/xray/decode-radiograph";
import {
  type GivenFile,
  type GivenProblem,
  givenFiles,
  printable,
  reportSkipped,
  typedPaths,
} from "./cli/given-files";
import { type CurrentPredictor, openCurrentPredictor } from "./cli/open-predictor";
import { enterProjectFolder } from "./cli/project-folder";
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
  .argument("<file...>", "files, folders and ZIP archives: DICOM, JPEG, PNG, WebP, BMP, TIFF")
  .option("--json", "print one JSON object a line")
  .addHelpText(
    "after",
    "\nA file is ok, refused (it is no chest radiograph the model can judge) or an error. The exit code is 0 when every" +
      "\nfile was read, also where it was refused, and 1 otherwise.",
  )
  .parse();
const asJson: boolean = command.opts().json ?? false;

await runCommand(async () => {
  const given = typedPaths(command.args);
  enterProjectFolder();
  const model = await openCurrentPredictor().catch((error: unknown) => {
    printError(error);
    return describeError(error);
  });
  const { files, skipped } = givenFiles(given);
  let failures = 0;
  for await (const file of files) {
    const line = await predictFile(file, model);
    if (line.status === "error") failures++;
    process.stdout.write(`${asJson ? JSON.stringify(line) : readable(line)}\n`);
  }
  reportSkipped(skipped());
  return failures > 0 ? 1 : 0;
});

/** Never throws: a file that cannot be read is a line that says why. */
async function predictFile(
  item: GivenFile | GivenProblem,
  model: CurrentPredictor | string,
): Promise<PredictionLine> {
  const { file } = item;
  const none = {
    label: null,
    uncertain: null,
    probability: null,
    threshold: null,
    modelVersion: null,
    cautions: [],
  };
  try {
    if ("error" in item) throw item.error;
    const bytes = await item.read();
    if (typeof model === "string") throw new Error(model);
    const { manifest, predictor } = model;
    const outcome = await readRadiograph(await decodeRadiograph(bytes), { manifest, predictor });
    const cautions = outcome.cautions.map(({ kind, value }) => `${kind} ${value}`);
    const modelVersion = manifest.version;
    if (outcome.status === "refused") {
      const reason = outcome.reasons.map(describeRefusal).join(" ");
      return { file, status: "refused", ...none, modelVersion, cautions, reason };
    }
    const { label, probability, threshold, uncertain } = outcome.prediction;
    return {
      file,
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
    return { file, status: "error", ...none, reason: describeError(error) };
  }
}

function readable(line: PredictionLine): string {
  const { status, label, uncertain, probability, threshold, modelVersion, cautions, reason } = line;
  const file = printable(line.file);
  if (status === "error") return `${file}: no prediction. ${printable(reason ?? "")}`;
  const said = cautions.length > 0 ? `Not what the model was made for: ${cautions.join(", ")}. ` : "";
  if (status === "refused") return `${file}: refused. ${printable(said)}${reason}`;
  const figures = `probability ${probability?.toFixed(4)}, threshold ${threshold?.toFixed(4)}`;
  const verdict = uncertain ? `uncertain, ${label} by the threshold` : label;
  return `${file}: ${printable(said)}${verdict} (${figures}, model version ${modelVersion})`;
}
