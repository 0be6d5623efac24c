import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";
import { generateSigningKey } from "@/lib/manifest";
import { isProcessAlive, type ProcessIdentity, thisProcess } from "@/lib/node/process-identity";
import { defaultPolicy, type PromotionPolicy } from "@/lib/promotion/policy";
import { patientsFrom, writeBaseline, writeDataset } from "@/lib/server/testing/installation-files";
import { projectFolder } from "../cli/project-folder";
import type { Reference } from "./arm-faults";
import { bundleProcesses } from "./bundle-processes";
import { type DatabaseServer, startDatabaseServer } from "./database-server";
import { describePlan, type Fault, type Scenario, type TrialPlan } from "./plan";
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
const groundPrefix = "pneumoscope-faults-";
const ownerName = "owner.json";
const clusterBytes = 384 * 2 ** 20;

export interface TrialsOptions {
  onTrial?(result: TrialResult): void;
  say?(line: string): void;
  /** The trials end after so many failed ones. */
  maxFailures?: number;
  /** Called once a trial has settled and before it is checked. */
  beforeChecks?: TrialGround["beforeChecks"];
  /** The trials end after the present one; nothing is left behind. */
  signal?: AbortSignal;
}

/** Runs plans one after the other, on one database server and one set of drawn images. @throws CONFIG_INVALID off Linux */
export async function runTrials(
  plans: readonly TrialPlan[],
  options: TrialsOptions = {},
): Promise<TrialResult[]> {
  const { onTrial, say = () => undefined, maxFailures = Number.POSITIVE_INFINITY } = options;
  if (process.platform !== "linux") {
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      "The fault trials find and kill processes by /proc: run them on Linux, or in a container.",
    );
  }
  const close: (() => Promise<void> | void)[] = [];
  const saved = { ...process.env };
  try {
    const ground = { ...(await prepareGround(close)), beforeChecks: options.beforeChecks };
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
  { scenario, runner, faults }: TrialPlan,
  known: Map<string, Reference>,
): Promise<Reference> {
  const key = `${scenario} ${runner}`;
  const before = known.get(key) ?? (faults.some(isCounted) ? undefined : known.get(`${scenario} in-process`));
  if (before) return before;
  const plan = undisturbed(scenario, runner);
  const { problems, counts, weightsDigest, log } = await runTrial(ground, plan, null);
  if (problems.length > 0)
    throw new Error(`The undisturbed trial (${describePlan(plan)}) fails:\n${problems.join("\n")}\n${log}`);
  const reference = { counts, weightsDigest };
  known.set(key, reference);
  return reference;
}

/** Whether it happens at a numbered event of the web process, which only an undisturbed run can tell. */
function isCounted(fault: Fault): boolean {
  return "at" in fault && "moment" in fault.at && fault.at.moment !== "entering";
}

function undisturbed(scenario: Scenario, runner: TrialPlan["runner"]): TrialPlan {
  return { seed: 0, index: -1, scenario, runner, faults: [], awayMs: 0 };
}

async function prepareGround(close: (() => Promise<void> | void)[]): Promise<TrialGround> {
  removeAbandonedGrounds();
  const folder = mkdtempSync(path.join(tmpdir(), groundPrefix));
  close.push(() => rmSync(folder, { recursive: true, force: true }));
  const canMount = mountDisk(folder, groundBytes, close);
  writeFileSync(path.join(folder, ownerName), JSON.stringify(thisProcess()));
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
  await writeDataset(dataset, patientsFrom(1, patients));
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

/** What a killed run of this command left: its database, its disks, its folders. */
function removeAbandonedGrounds(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(groundPrefix))) {
    const folder = path.join(tmpdir(), name);
    try {
      const owner = JSON.parse(readFileSync(path.join(folder, ownerName), "utf8")) as ProcessIdentity;
      if (isProcessAlive(owner)) continue;
      const pid = Number(
        readFileSync(path.join(folder, "server", "postgres", "postmaster.pid"), "utf8").split("\n")[0],
      );
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)) process.kill(pid, "SIGKILL");
    } catch {
      // No owner's file: not one of ours, or one that is just being made.
      if (!existsSync(path.join(folder, ownerName))) continue;
    }
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "");
    for (const mount of mounts.filter((point) => point.startsWith(folder)).reverse())
      execFileSync("umount", ["-l", mount]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function mountDisk(folder: string, bytes: number, close: (() => void)[]): boolean {
  if (process.getuid?.() !== 0) return false;
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
