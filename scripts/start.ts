import { PneumoscopeError } from "@/lib/errors";
import { isBuilt } from "./cli/build-if-changed";
import { launch } from "./cli/launch";
import { requireNodeVersion } from "./cli/node-version";
import { parsePort } from "./cli/ports";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand("start", "Start the built product, for servers and containers. Builds nothing.")
  .option("--no-trainer", "pages only; set TRAINER_URL to a trainer elsewhere")
  .addHelpText(
    "after",
    "\nListens on HOST (default 0.0.0.0) and PORT (default 3000). Logs go to the console.",
  )
  .parse();

await runCommand(async () => {
  enterProjectFolder();
  requireNodeVersion();
  if (!isBuilt()) {
    throw new PneumoscopeError("CONFIG_INVALID", "The pages are not built yet. Run “npm run build” first.");
  }
  await launch({
    host: process.env.HOST || "0.0.0.0",
    port: parsePort(process.env.PORT || "3000", "PORT"),
    withTrainer: command.opts<{ trainer: boolean }>().trainer,
    logs: "console",
    say: (line) => process.stdout.write(`${line}\n`),
  });
});
process.exit();
