import { execFileSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";

/** The last commit whose trainer ran convolutions as they stand and augmented between the steps. */
export const firstVersion = "9ae01b1";

/** What the bench runs of an earlier trainer. */
export interface EarlierTrainer {
  openEngine: typeof import("@/trainer/engines/open").openEngine;
  runTrainingLoop: typeof import("@/trainer/training-loop").runTrainingLoop;
  createTrainingState: typeof import("@/trainer/training-loop").createTrainingState;
  runTrainJob: typeof import("@/trainer/train").runTrainJob;
  /** Removes its files. */
  close(): Promise<void>;
}

/**
 * The trainer of an earlier commit, beside this one in the same process. Its own folder is taken from the commit; what
 * it shares with the pages (lib) is today's, so that only the trainer differs.
 * @throws CONFIG_INVALID where git does not know the commit
 */
export async function loadEarlierTrainer(commit: string): Promise<EarlierTrainer> {
  // Inside the project, since its imports are resolved from here.
  const folder = path.resolve("data", `bench-${commit}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const archive = execFileSync("git", ["archive", commit, "trainer"], {
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "pipe"],
    });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
  } catch (cause) {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `git has no trainer of commit ${commit} here; name another with --against, or “none”.`,
      { cause },
    );
  }
  const [{ openEngine }, { runTrainingLoop, createTrainingState }, { runTrainJob }] = await Promise.all([
    import(path.join(folder, "trainer/engines/open.ts")),
    import(path.join(folder, "trainer/training-loop.ts")),
    import(path.join(folder, "trainer/train.ts")),
  ]);
  const close = () => rm(folder, { recursive: true, force: true });
  return { openEngine, runTrainingLoop, createTrainingState, runTrainJob, close };
}
