import { drawPanels } from "@/lib/charts/draw-panels";
import { PneumoscopeError } from "@/lib/errors";
import { writeFileAtomic } from "@/lib/node/write-file";
import { rangePanel, suggestLearningRate } from "@/lib/training/learning-rate-range";
import { listCases, loadCases, samplePatients } from "@/trainer/data/load-cases";
import { runRangeTest } from "@/trainer/learning-rate-range";
import { readInitialWeights } from "@/trainer/train";
import { initialWeights, openLocalTraining } from "./cli/local-training";
import { between, wholeNumber } from "./cli/option-values";
import { enterProjectFolder, resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { type ConfigOptions, readConfig, withConfigOptions } from "./training/config-options";

const command = withConfigOptions(
  newCommand(
    "lr-range",
    "Learning-rate range test (Smith 2017): train with a rate that rises at every step and see where the loss stops falling.",
  )
    .requiredOption("--data <folder>", "a folder with NORMAL/ and PNEUMONIA/; its training patients are used")
    .option("--weights <file>", "what the training starts from; by default the version in use")
    .option("--from <rate>", "lowest rate", between(1e-10, 10), 1e-6)
    .option("--to <rate>", "highest rate", between(1e-10, 100), 0.3)
    .option("--steps <n>", "optimiser steps, one a rate", wholeNumber(10, 10_000), 80)
    .option("--csv <file>", "also write rate and loss of each step")
    .option("--svg <file>", "also draw the loss over the rate")
    .option("--json", "print one JSON object"),
).parse();

interface Options extends ConfigOptions {
  data: string;
  weights?: string;
  from: number;
  to: number;
  steps: number;
  csv?: string;
  svg?: string;
  json?: boolean;
}

await runCommand(async () => {
  const options = command.opts<Options>();
  const { from: low, to: high, steps, json } = options;
  if (!(low < high)) throw new PneumoscopeError("CONFIG_INVALID", `--from ${low} is not below --to ${high}.`);
  const data = resolveTyped(options.data);
  const typed = options.weights && resolveTyped(options.weights);
  const [csv, svg] = [options.csv && resolveTyped(options.csv), options.svg && resolveTyped(options.svg)];
  const config = await readConfig(options);
  enterProjectFolder();
  const training = await openLocalTraining();
  const { store, engine, signal, progress } = training;
  const { listingDigest } = await training.importData(data);
  const initialWeightsDigest = await initialWeights(store, typed);
  const weights = await readInitialWeights(store, { initialWeightsDigest, config });
  const cases = samplePatients(
    await listCases(store, listingDigest, ["train"]),
    config.dataFraction,
    config.seed,
  );
  const train = await loadCases(store, cases, {
    size: config.imageSize,
    signal,
    onProgress: (done, total) => progress.update(`loading ${done} of ${total}`),
  });
  const report = ({
    phase,
    done,
    total,
    loss,
  }: {
    phase: string;
    done: number;
    total: number;
    loss?: number;
  }) => progress.update(`${phase}: step ${done} of ${total}, loss ${loss?.toFixed(4)}`);
  const points = await runRangeTest({ engine, signal, report }, weights, train, config, { low, high, steps });
  progress.done();
  const suggestion = suggestLearningRate(points);
  if (csv) {
    const rows = points.map((point) => `${point.learningRate},${point.loss}`);
    await writeFileAtomic(csv, `learning_rate,loss\n${rows.join("\n")}\n`);
  }
  if (svg) {
    const description = "Training loss over the learning rate, which rises from step to step.";
    await writeFileAtomic(svg, await drawPanels([rangePanel(points, suggestion)], description));
  }
  if (json) process.stdout.write(`${JSON.stringify({ preset: config.preset, points, suggestion })}\n`);
  else if (suggestion) {
    const { learningRate, rule, lowestAt, steepestAt } = suggestion;
    process.stdout.write(
      `learningRate=${learningRate}: ${rule} (${lowestAt.toPrecision(2)}). ` +
        `It falls fastest at ${steepestAt.toPrecision(2)}. The preset ${config.preset} has ${config.learningRate}.\n`,
    );
  } else
    process.stdout.write(
      "No suggestion: the loss does not fall in this range. Try a lower --from, or more --steps.\n",
    );
});
