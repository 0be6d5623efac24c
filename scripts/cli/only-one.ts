import { link, readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { dataDirectory, inDataDirectory } from "@/lib/node/data-directory";
import { isProcessAlive, thisProcess } from "@/lib/node/process-identity";
import { isSystemError, writeFileAtomic } from "@/lib/node/write-file";

const runningSchema = z.object({ pid: z.int(), startTicks: z.string().nullable(), url: z.string() });

/**
 * Marks this process as the one that runs the product on this data directory.
 * @returns ends the mark @throws RUN_IN_PROGRESS naming the address of the other
 */
export async function claimDataDirectory(url: string): Promise<() => Promise<void>> {
  const file = inDataDirectory("run", "up.json");
  const own = `${file}.${process.pid}`;
  await writeFileAtomic(own, `${JSON.stringify({ ...thisProcess(), url })}\n`);
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        await link(own, file);
        return () => rm(file, { force: true });
      } catch (error) {
        if (!isSystemError(error, "EEXIST")) throw error;
      }
      await refuseOrRemove(file);
    }
    throw new PneumoscopeError(
      "RUN_IN_PROGRESS",
      `${file} keeps coming back: another start is under way. Try again.`,
    );
  } finally {
    await rm(own, { force: true });
  }
}

async function refuseOrRemove(file: string): Promise<void> {
  const running = runningSchema.safeParse(
    await readFile(file, "utf8")
      .then(JSON.parse)
      .catch(() => null),
  );
  if (running.success && isProcessAlive(running.data)) {
    throw new PneumoscopeError(
      "RUN_IN_PROGRESS",
      `Pneumoscope is already running at ${running.data.url} (process ${running.data.pid}, data in ${dataDirectory()}). ` +
        "Open that address, stop it with Ctrl-C where it runs, or set PNEUMOSCOPE_DATA_DIR for a second one.",
    );
  }
  await rm(file, { force: true });
}
