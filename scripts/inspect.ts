import { InvalidArgumentError } from "commander";
import { describeError } from "@/lib/errors";
import { decodeRadiograph } from "@/lib/xray/decode-radiograph";
import { type GivenFile, type GivenProblem, givenFiles, reportSkipped, typedPaths } from "./cli/given-files";
import { describeRadiograph, type InspectionLine, tableHead, tableRow, unreadLine } from "./cli/inspection";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand("inspect", "Say what image files hold: DICOM, JPEG, PNG, WebP, BMP and TIFF.")
  .argument("<file...>", "files, folders and ZIP archives")
  .option("--json", "print one JSON object a line")
  .option("--frame <number>", "the frame to read, of files with several; the first is 1", parseFrame, 1)
  .addHelpText(
    "after",
    "\nNames, numbers and dates of patients are never printed. Files that are plainly no images are passed over in" +
      "\nfolders and archives. The exit code is 0 when every file was read, and 1 otherwise.",
  )
  .parse();
const options = command.opts<{ json?: boolean; frame: number }>();

await runCommand(async () => {
  const given = typedPaths(command.args);
  enterProjectFolder();
  const { files, skipped } = givenFiles(given);
  let failures = 0;
  if (!options.json) process.stdout.write(`${tableHead}\n`);
  for await (const item of files) {
    const line = await inspect(item, options.frame - 1);
    if (line.status === "error") failures++;
    process.stdout.write(`${options.json ? JSON.stringify(line) : tableRow(line)}\n`);
  }
  reportSkipped(skipped());
  return failures > 0 ? 1 : 0;
});

function parseFrame(text: string): number {
  const frame = Number(text);
  if (!Number.isInteger(frame) || frame < 1) throw new InvalidArgumentError("Frames are counted from 1.");
  return frame;
}

/** Never throws: a file that cannot be read is a line that says why. */
async function inspect(item: GivenFile | GivenProblem, frame: number): Promise<InspectionLine> {
  try {
    if ("error" in item) throw item.error;
    return describeRadiograph(item.file, await decodeRadiograph(await item.read(), { frame }));
  } catch (error) {
    return unreadLine(item.file, describeError(error));
  }
}
