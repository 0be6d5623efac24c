import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { projectFolder } from "../cli/project-folder";
import type { Narrator } from "./narrator";

export interface CommandAnswer {
  exitCode: number | null;
  stdout: string;
}

const running = new Set<ChildProcess>();

/** Runs `npm run NAME -- ARGS` as a person would, only without npm, and shows the command and what it says. */
export async function runCommandLine(
  name: string,
  args: readonly string[],
  { narrator, shown = () => true }: { narrator: Narrator; shown?: (line: string) => boolean },
): Promise<CommandAnswer> {
  narrator.say(`$ npm run ${name} -- ${args.map(quoted).join(" ")}`);
  const child = spawn(process.execPath, ["--import", "tsx", `scripts/${name}.ts`, ...args], {
    cwd: projectFolder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  const lines = createInterface({ input: child.stderr });
  lines.on("line", (line) => {
    if (line.trim() !== "" && shown(line)) narrator.echo(line.length > 160 ? `${line.slice(0, 159)}…` : line);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  running.delete(child);
  return { exitCode, stdout };
}

/** Ends whatever still runs. */
export function stopCommandLines(): void {
  for (const child of running) child.kill("SIGTERM");
}

function quoted(argument: string): string {
  return /^[\w./:=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
