import { writeFileAtomic } from "@/lib/node/write-file";
import { simulationChart } from "@/lib/promotion/simulation/chart";
import { simulatePromotions } from "@/lib/promotion/simulation/simulate";
import { simulationTables } from "@/lib/promotion/simulation/tables";
import { between, wholeNumber } from "./cli/option-values";
import { progressLine } from "./cli/progress";
import { resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand(
  "simulate-promotion",
  "Simulate years of daily challengers and show what the promotion policy and other rules do with them. " +
    "Exit code 0 where the policy's false promotions stay within its budget, 1 otherwise.",
)
  .option("--histories <n>", "how many histories", wholeNumber(20, 100_000), 2000)
  .option("--days <n>", "challengers in each", wholeNumber(1, 2000), 100)
  .option("--seed <n>", "of the random numbers", wholeNumber(0, 1_000_000), 1)
  .option("--auc <share>", "true AUC of the first champion", between(0.6, 0.965), 0.96)
  .option("--plot <file>", "also draw the figure, as SVG")
  .option("--json", "print one JSON object instead of tables")
  .parse();

await runCommand(async () => {
  const options = command.opts<{
    histories: number;
    days: number;
    seed: number;
    auc: number;
    plot?: string;
    json?: boolean;
  }>();
  const progress = progressLine();
  const report = simulatePromotions({
    ...options,
    firstAuc: options.auc,
    onProgress: (done, total, what) => progress.update(`${Math.floor((100 * done) / total)} %: ${what}`),
  });
  progress.done();
  if (options.plot) await writeFileAtomic(resolveTyped(options.plot), simulationChart(report));
  process.stdout.write(`${options.json ? JSON.stringify(report) : simulationTables(report)}\n`);
  return report.withinBudget ? 0 : 1;
});
