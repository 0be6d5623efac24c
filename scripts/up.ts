import { version } from "@/package.json";
import { buildIfChanged } from "./cli/build-if-changed";
import { launch } from "./cli/launch";
import { requireNodeVersion } from "./cli/node-version";
import { parsePort } from "./cli/ports";
import { enterProjectFolder } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand("up", "Start everything on this machine: database, trainer, pages.")
  .option("--port <port>", "port of the pages; default PORT or 3000")
  .option("--host <host>", "address the pages listen on; default HOST or 127.0.0.1 (this machine only)")
  .option("--no-trainer", "without the trainer: nothing is retrained")
  .option("--build", "build the pages even if nothing changed")
  .parse();
const options = command.opts<{ port?: string; host?: string; trainer: boolean; build?: boolean }>();

await runCommand(async () => {
  enterProjectFolder();
  requireNodeVersion();
  const say = (line: string) => process.stdout.write(line ? `  ${line}\n` : "\n");
  process.stdout.write(`Pneumoscope ${version}. For research use; not a medical device.\n\n`);
  await launch({
    host: options.host ?? (process.env.HOST || "127.0.0.1"),
    port: parsePort(options.port ?? (process.env.PORT || "3000"), options.port ? "--port" : "PORT"),
    withTrainer: options.trainer,
    logs: "files",
    say,
    async prepare() {
      const startMs = Date.now();
      const outcome = await buildIfChanged({
        force: options.build ?? false,
        onBuild: () => say("pages     building; this takes a minute or two after a change"),
      });
      say(
        `pages     ${outcome === "built" ? `built in ${Math.round((Date.now() - startMs) / 1000)} s` : outcome}`,
      );
    },
  });
});
process.exit();
