import { InvalidArgumentError } from "commander";
import { progressLine } from "./cli/progress";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";
import { describePlan, planCells, planTrial } from "./faults/plan";
import { runTrials } from "./faults/run-trials";
import { summarise, summaryTable } from "./faults/summary";
import type { TrialResult } from "./faults/trial";

const command = newCommand(
  "faults",
  "Run the whole loop again and again while its processes are killed, its disks filled, its clock moved and its " +
    "callbacks lost, and check after each trial that nothing was lost. Exit code 0 where every trial passed, 1 otherwise.",
)
  .option(
    "--trials <n>",
    `how many; within ${planCells} everything happens once`,
    wholeNumber(1, 100_000),
    200,
  )
  .option("--from <index>", "the first trial's index, to share a long run out", wholeNumber(0, 100_000), 0)
  .option("--seed <n>", "of the plans", wholeNumber(0, 1_000_000), 1)
  .option("--only <index>", "only this trial of the seed, with its log", wholeNumber(0, 100_000))
  .option("--max-failures <n>", "stop after so many failed trials", wholeNumber(1, 100_000), 20)
  .option("--list", "print the plans and run nothing")
  .option("--json", "print one JSON object instead of a table")
  .parse();

await runCommand(async () => {
  enterProjectFolder();
  const options = command.opts<{
    trials: number;
    from: number;
    seed: number;
    only?: number;
    maxFailures: number;
    list?: boolean;
    json?: boolean;
  }>();
  const indices =
    options.only === undefined
      ? Array.from({ length: options.trials }, (_, i) => options.from + i)
      : [options.only];
  const plans = indices.map((index) => planTrial(options.seed, index));
  if (options.list) {
    for (const plan of plans) process.stdout.write(`${plan.index} ${describePlan(plan)}\n`);
    return 0;
  }
  const progress = progressLine();
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  let done = 0;
  const results = await runTrials(plans, {
    maxFailures: options.maxFailures,
    signal: interrupt.signal,
    say: (line) => process.stderr.write(`${line}\n`),
    onTrial(result) {
      progress.update(`${++done} of ${plans.length} trials`);
      if (result.problems.length > 0) {
        progress.done();
        process.stderr.write(failureText(result, options.only !== undefined));
      } else if (options.only !== undefined) {
        process.stderr.write(`${result.log}\n${describePlan(result.plan)}\n${result.end}\n`);
      }
    },
  });
  progress.done();
  const summary = summarise(results, options.seed);
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : summaryTable(summary));
  return summary.failed.length > 0 ? 1 : 0;
});

function failureText({ plan, problems, end, log }: TrialResult, withLog: boolean): string {
  return [
    `trial ${plan.index} failed: ${describePlan(plan)}`,
    ...problems.map((problem) => `  ${problem}`),
    `  the first day's run ended: ${end}`,
    `  repeat it: npm run faults -- --seed ${plan.seed} --only ${plan.index}`,
    ...(withLog ? [log] : []),
    "",
  ].join("\n");
}

function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It is a whole number from ${low} to ${high}.`);
  };
}
