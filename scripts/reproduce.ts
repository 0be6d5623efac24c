import { describeError, PneumoscopeError } from "@/lib/errors";
import { connectDatabase } from "@/lib/node/connect-database";
import { loadPredictions } from "@/lib/server/jobs/record-predictions";
import { getRun, type RunDetails } from "@/lib/server/training-runs/runs";
import { defaultBound, type RecordedTraining, type Reproduction, reproduceRun } from "@/trainer/reproduce";
import { openLocalTraining } from "./cli/local-training";
import { between } from "./cli/option-values";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const notCompared = 2;

const command = newCommand(
  "reproduce",
  "Train a recorded run again, from the same images, weights, configuration and seed, and compare what comes out: " +
    "the weights' digest on the run's own engine, the predictions of held-out images on another. " +
    "Exit code 0: the same; 1: it differs; 2: it could not be compared.",
)
  .argument("<run>", "the run's id, as npm run retrain and the page Runs show it")
  .option("--engine <name>", "train on another engine than the run did")
  .option(
    "--bound <share>",
    "on another engine: the largest mean difference of probabilities that counts as the same",
    between(0, 1),
    defaultBound,
  )
  .option("--json", "print one JSON object")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : notCompared))
  .parse();

await runCommand(
  async () => {
    const options = command.opts<{ engine?: string; bound: number; json?: boolean }>();
    enterProjectFolder();
    const recorded = await readRecord(command.args[0] as string);
    const training = await openLocalTraining(options.engine ?? recorded.engine);
    const folder = `reproduce-${recorded.runId}-${training.engine.name}`;
    const found = await training.inScratchFolder(folder, (context) =>
      reproduceRun(recorded, context, options.bound),
    );
    training.progress.done();
    process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : readable(found));
    return found.verdict === "same" ? 0 : 1;
  },
  { failureExitCode: notCompared },
);

/** @throws RUN_NOT_FOUND, RUN_NOT_REPRODUCIBLE, DATABASE_UNAVAILABLE */
async function readRecord(runId: string): Promise<RecordedTraining> {
  const database = await connectDatabase();
  try {
    const details = await getRun(database.db, runId);
    const recorded = requireTraining(details);
    const { weightsDigest, datasetDigest } = recorded;
    return { ...recorded, predictions: await loadPredictions(database.db, weightsDigest, datasetDigest) };
  } finally {
    await database.close().catch((error) => process.stderr.write(`${describeError(error)}\n`));
  }
}

function requireTraining({ run, epochs }: RunDetails): Omit<RecordedTraining, "predictions"> {
  const { id, engine, config, datasetDigest, initialWeightsDigest, weightsDigest, provenance } = run;
  if (engine && datasetDigest && initialWeightsDigest && weightsDigest) {
    return {
      runId: id,
      engine,
      config,
      datasetDigest,
      initialWeightsDigest,
      weightsDigest,
      provenance,
      epochs,
    };
  }
  const ended = run.reason ? `: ${run.reason}` : ".";
  throw new PneumoscopeError(
    "RUN_NOT_REPRODUCIBLE",
    `Run ${id} has no trained weights on record, or not what they were trained from. It is ${run.state}${ended} ` +
      "Name a run that trained to its end.",
  );
}

function readable(found: Reproduction): string {
  const { runId, verdict, compared, engine, recordedEngine, weightsDigest, recordedWeightsDigest } = found;
  const what = compared === "weights" ? "weights to the last bit" : "predictions";
  const lines = [
    `${verdict === "same" ? "The same" : "Not the same"} ${what}: run ${runId}, trained again on ${engine}.`,
    `  weights   ${weightsDigest}`,
    `  recorded  ${recordedWeightsDigest} (${recordedEngine})`,
    ...found.differences.map((line) => `  ${line}`),
    ...found.warnings.map((line) => `warning: ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}
