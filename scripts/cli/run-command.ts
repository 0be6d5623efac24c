import { Command } from "commander";
import { describeError, PneumoscopeError } from "@/lib/errors";

/** A command of `npm run`, with --help and explained mistakes. */
export function newCommand(name: string, description: string): Command {
  return new Command()
    .name(`npm run ${name} --`)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .showHelpAfterError(`Run “npm run ${name} -- --help” to see what it accepts.`);
}

/**
 * Runs a command's body and sets the exit code: what it returns (0 by default), or `failureExitCode` after an error,
 * which is printed on stderr.
 */
export async function runCommand(body: () => Promise<unknown>, { failureExitCode = 1 } = {}): Promise<void> {
  stopQuietlyOnClosedPipe();
  try {
    const returned = await body();
    process.exitCode = typeof returned === "number" ? returned : 0;
  } catch (error) {
    printError(error);
    process.exitCode = failureExitCode;
  }
}

export function printError(error: unknown): void {
  if (error instanceof PneumoscopeError) process.stderr.write(`error ${error.code}: ${error.message}\n`);
  else
    process.stderr.write(
      `error: ${error instanceof Error ? (error.stack ?? error.message) : describeError(error)}\n`,
    );
}

/** `npm run predict … | head` closes stdout early; that is no failure worth a stack trace. */
function stopQuietlyOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(1);
    throw error;
  });
}
