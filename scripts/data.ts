import { newCommand } from "./cli/run-command";
import { addCommand } from "./data/add";
import { compareCommand } from "./data/compare";
import { diffCommand } from "./data/diff";
import { importCommand } from "./data/import";
import { pruneCommand } from "./data/prune";
import { pullCommand } from "./data/pull";
import { pushCommand } from "./data/push";
import { reportCommand } from "./data/report";
import { statusCommand } from "./data/status";
import { useCommand } from "./data/use";

const command = newCommand(
  "data",
  "Dataset versions: make them, check them, compare them, bring them to remotes and back.",
);
for (const subcommand of [
  addCommand(),
  importCommand(),
  statusCommand(),
  pullCommand(),
  pushCommand(),
  diffCommand(),
  reportCommand(),
  compareCommand(),
  useCommand(),
  pruneCommand(),
])
  command.addCommand(subcommand);

await command.parseAsync();
