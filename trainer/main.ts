import { Command } from "commander";
import { runTrainer } from "./run-trainer";

new Command()
  .name("npm run trainer")
  .description("The trainer service: takes signed jobs over HTTP, one at a time, until Ctrl-C.")
  .helpOption("-h, --help", "show this help")
  .addHelpText(
    "after",
    `
Environment:
  TRAINER_HOST, TRAINER_PORT   where it listens; 127.0.0.1 and 7461, port 0 for any free one
  TRAINER_SECRET               shared with the web server; the data folder's own without it
  TRAINER_ENGINE               forces one engine; the first that works without it
  TRAINER_FEATURES_MIB         what may be kept of frozen layers' output; 0 keeps nothing
  PNEUMOSCOPE_DATA_DIR         where jobs, checkpoints and artifacts are kept`,
  )
  .parse();

await runTrainer(new URL("./job-process.ts", import.meta.url));
