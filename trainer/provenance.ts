import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { Provenance } from "@/lib/training/provenance";
import { version } from "@/package.json";
import type { Engine } from "./engines/engine";

const projectRoot = fileURLToPath(new URL("..", import.meta.url));
/** Ours first, then those that hosting platforms set. */
const commitVariables = [
  "PNEUMOSCOPE_COMMIT",
  "VERCEL_GIT_COMMIT_SHA",
  "HEROKU_BUILD_COMMIT",
  "HEROKU_SLUG_COMMIT",
  "SOURCE_VERSION",
];

/** With what an engine of this process trains. Nothing here throws: what cannot be found out is null. */
export async function readProvenance(engine: Pick<Engine, "hardware" | "gpu">): Promise<Provenance> {
  const [processor] = cpus();
  return {
    commit: await readCommit(),
    lockDigest: await digestOfFile(path.join(projectRoot, "package-lock.json")),
    cpu: processor?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    gpu: engine.gpu ?? null,
    engineRunsOn: engine.hardware,
    platform: `${process.platform}-${process.arch}`,
    versions: {
      pneumoscope: version,
      node: process.versions.node,
      onnxruntime: await installedVersion("onnxruntime-node"),
      tfjs: await installedVersion("@tensorflow/tfjs"),
    },
  };
}

/** What the deployment says, else what git says of the checkout. */
export async function readCommit(
  environment: Record<string, string | undefined> = process.env,
  folder = projectRoot,
): Promise<string | null> {
  for (const name of commitVariables) {
    const given = environment[name]?.trim();
    if (given) return given;
  }
  // Without its own .git the folder may lie inside another repository, whose commit says nothing of it.
  if (!existsSync(path.join(folder, ".git"))) return null;
  const commit = await git(folder, "rev-parse", "HEAD");
  if (!commit) return null;
  const changes = await git(folder, "status", "--porcelain", "--untracked-files=no");
  return changes === "" ? commit : `${commit}-changed`;
}

async function git(folder: string, ...parameters: string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("git", ["-C", folder, ...parameters], { timeout: 10_000 });
    return stdout.trim();
  } catch {
    return null;
  }
}

async function digestOfFile(file: string): Promise<Provenance["lockDigest"]> {
  const bytes = await readFile(file).catch(() => null);
  return bytes && `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function installedVersion(name: string): Promise<string | null> {
  try {
    const text = await readFile(path.join(projectRoot, "node_modules", name, "package.json"), "utf8");
    return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
  } catch {
    return null;
  }
}
