import { drawPanels } from "@/lib/charts/draw-panels";
import { PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { writeFileAtomic } from "@/lib/node/write-file";
import { getRun } from "@/lib/server/training-runs/runs";
import { curvePanels, curvesCsv } from "@/lib/training/training-curves";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand("curves", "The training curves of a recorded run: CSV on stdout, or files.")
  .argument("<run>", "the run's id")
  .option("--svg <file>", "draw loss, AUC and learning rate by epoch")
  .option("--csv <file>", "write the table there instead of to stdout")
  .option("--json", "print the epochs as one JSON array")
  .parse();

await runCommand(async () => {
  const options = command.opts<{ svg?: string; csv?: string; json?: boolean }>();
  const [svg, csv] = [options.svg && resolveTyped(options.svg), options.csv && resolveTyped(options.csv)];
  enterProjectFolder();
  const runId = command.args[0] as string;
  const database = await connectDatabase();
  const { run, epochs } = await getRun(database.db, runId).finally(database.close);
  if (epochs.length === 0) {
    throw new PneumoscopeError("RUN_NOT_FOUND", `Run ${runId} has no epochs on record; it is ${run.state}.`);
  }
  if (svg) {
    const description = `Loss, AUC and learning rate of run ${runId} by epoch.`;
    await writeFileAtomic(svg, await drawPanels(curvePanels(epochs), description));
  }
  if (csv) await writeFileAtomic(csv, curvesCsv(epochs));
  if (options.json) process.stdout.write(`${JSON.stringify(epochs)}\n`);
  else if (!csv && !svg) process.stdout.write(curvesCsv(epochs));
});
