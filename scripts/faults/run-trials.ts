import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { generateSigningKey } from "@/lib/manifest";
import { defaultPolicy, type PromotionPolicy } from "@/lib/promotion/policy";
import { writeBaseline, writeDataset } from "@/lib/server/testing/test-deployment";
import { projectFolder } from "../cli/project-folder";
import type { Reference } from "./arm-faults";
import { bundleProcesses } from "./bundle-processes";
import { type DatabaseServer, startDatabaseServer } from "./database-server";
import { describePlan, type Scenario, type TrialPlan } from "./plan";
import { runTrial, type TrialGround, type TrialResult } from "./trial";
import { makeTemplate } from "./watched-database";

const patients = 80;
/** Of which the champion of the record tells the classes apart hardly at all. */
const baselineSkill = 0.02;
/** As by default, but so few held-out patients are enough to show that nothing was lost. */
const policy: PromotionPolicy = {
  ...defaultPolicy,
  sensitivity: { ...defaultPolicy.sensitivity, margin: 0.5 },
};
const groundBytes = 768 * 2 ** 20;
const clusterBytes = 384 * 2 ** 20;

export interface TrialsOptions {
  onTrial?(result: TrialResult): void;
  say?(line: string): void;
  /** The trials end after so many failed ones. */
  maxFailures?: number;
  /** The trials end after the present one; nothing is left behind. */
  signal?: AbortSignal;
}

/** Runs plans one after the other, on one database server and one set of drawn images. */
export async function runTrials(
  plans: readonly TrialPlan[],
  options: TrialsOptions = {},
): Promise<TrialResult[]> {
  const { onTrial, say = () => undefined, maxFailures = Number.POSITIVE_INFINITY } = options;
  const close: (() => Promise<void> | void)[] = [];
  const saved = { ...process.env };
  try {
    const ground = await prepareGround(close);
    say(
      ground.canMount
        ? "disks are filled in fact (small mounts)"
        : "full disks are pretended: mounting needs root",
    );
    const references = new Map<string, Reference>();
    const results: TrialResult[] = [];
    for (const plan of plans) {
      const reference = await referenceFor(ground, plan, references);
      const result = await runTrial(ground, plan, reference);
      results.push(result);
      onTrial?.(result);
      if (
        options.signal?.aborted ||
        results.filter(({ problems }) => problems.length > 0).length >= maxFailures
      )
        break;
    }
    return results;
  } finally {
    for (const step of close.reverse()) await step();
    process.env = saved;
  }
}

/** The undisturbed trial of a scenario, run once. @throws where even that one breaks a rule */
async function referenceFor(
  ground: TrialGround,
  { scenario, runner }: TrialPlan,
  known: Map<string, Reference>,
): Promise<Reference> {
  const key = `${scenario} ${runner}`;
  const before = known.get(key);
  if (before) return before;
  const plan = undisturbed(scenario, runner);
  const { problems, counts, weightsDigest, log } = await runTrial(ground, plan, null);
  if (problems.length > 0)
    throw new Error(`The undisturbed trial (${describePlan(plan)}) fails:\n${problems.join("\n")}\n${log}`);
  const reference = { counts, weightsDigest };
  known.set(key, reference);
  return reference;
}

function undisturbed(scenario: Scenario, runner: TrialPlan["runner"]): TrialPlan {
  return { seed: 0, index: -1, scenario, runner, faults: [], awayMs: 0 };
}

async function prepareGround(close: (() => Promise<void> | void)[]): Promise<TrialGround> {
  const folder = mkdtempSync(path.join(tmpdir(), "faults-"));
  close.push(() => rmSync(folder, { recursive: true, force: true }));
  const canMount = mountDisk(folder, groundBytes, close);
  const serverFolder = path.join(folder, "server");
  mkdirSync(serverFolder);
  if (canMount) mountDisk(serverFolder, clusterBytes, close);
  const bundles = mkdtempSync(path.join(projectFolder, "node_modules", ".faults-"));
  close.push(() => rmSync(bundles, { recursive: true, force: true }));
  await bundleProcesses(bundles);
  const server: DatabaseServer = await startDatabaseServer(serverFolder);
  close.push(() => server.stop());
  await makeTemplate(server);

  const releaseKey = generateSigningKey();
  const baseline = path.join(folder, "baseline");
  await writeBaseline(baseline, releaseKey, baselineSkill);
  const dataset = path.join(folder, "dataset");
  await writeDataset(dataset, patients);
  const policyFiles = {
    automatic: path.join(folder, "automatic.json"),
    review: path.join(folder, "review.json"),
  };
  for (const [mode, file] of Object.entries(policyFiles))
    writeFileSync(file, JSON.stringify({ ...policy, mode }));
  // The same keys in every process of every trial, and in this one, which verifies what they sign.
  Object.assign(process.env, {
    PNEUMOSCOPE_BASELINE_DIR: baseline,
    MANIFEST_SIGNING_KEY: "5".repeat(64),
    TRAINER_SECRET: "a secret of the fault trials, of no use elsewhere",
  });
  return { folder, bundles, server, dataset, policyFiles, canMount };
}

function mountDisk(folder: string, bytes: number, close: (() => void)[]): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0755`, "tmpfs", folder], {
      stdio: "ignore",
    });
  } catch {
    return false;
  }
  close.push(() => void execFileSync("umount", ["-l", folder]));
  return true;
}
