import { rmSync } from "node:fs";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { dataDirectory, inDataDirectory } from "@/lib/node/data-directory";
import { trainerSecret } from "@/lib/node/secrets";
import { writeFileAtomic } from "@/lib/node/write-file";
import { readTrainerEnv } from "./env";
import { exitWithParent } from "./exit-with-parent";
import { startTrainerService, type TrainerService } from "./service";

/** Where other processes of this machine find the trainer. */
const runFile = () => inDataDirectory("run", "trainer.json");

/** The trainer's process, from start to signal. Prints one JSON line on stdout once it listens. */
export async function runTrainer(jobEntry: URL): Promise<void> {
  // A supervisor holds the other end of the channel; its death, however sudden, must not leave a trainer behind.
  if (process.connected) exitWithParent();
  let service: TrainerService;
  try {
    const { host, port, engineName, secret } = readTrainerEnv(process.env);
    service = await startTrainerService({
      host,
      port,
      engineName,
      secret: secret ?? (await trainerSecret()),
      dataDirectory: dataDirectory(),
      jobEntry,
      log: (line) => process.stderr.write(`trainer: ${line}\n`),
    });
  } catch (error) {
    const code = error instanceof PneumoscopeError ? `${error.code}: ` : "";
    process.stderr.write(`trainer: ${code}${describeError(error)}\n`);
    process.exit(1);
  }
  await writeFileAtomic(
    runFile(),
    `${JSON.stringify({ pid: process.pid, url: service.url, port: service.port })}\n`,
  );
  stopOnSignal(service);
  process.stdout.write(`${JSON.stringify({ event: "listening", url: service.url })}\n`);
}

function stopOnSignal(service: TrainerService): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await service.close();
    rmSync(runFile(), { force: true });
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("disconnect", stop);
}
