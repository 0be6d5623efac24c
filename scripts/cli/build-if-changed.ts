import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";
import { withFileLock } from "@/lib/node/file-lock";
import { writeFileAtomic } from "@/lib/node/write-file";
import { projectFolder } from "./project-folder";

/** What the built pages are made of. */
const sourceFolders = ["app", "components", "lib", "drizzle", "messages", "public"];
const sourceFiles = [
  "next.config.ts",
  "proxy.ts",
  "instrumentation.ts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "postcss.config.mjs",
  "scripts/build.ts",
  "scripts/prepare-runtime.ts",
  "scripts/bundle-service-worker.ts",
  "scripts/run-next.ts",
];
const notSource = /(\.test\.tsx?|\.md)$|^public\/(runtime\/|sw\.js$)|\/__fixtures__\//;
const stampFile = path.join(projectFolder, ".next", "pneumoscope-build.json");
const lockFile = path.join(projectFolder, "node_modules", ".cache", "pneumoscope-build.lock");
const longestBuildMs = 15 * 60_000;

export interface BuildOptions {
  force?: boolean;
  /** Called when a build is really needed. */
  onBuild?(): void;
  /** Shows the build's own output. */
  verbose?: boolean;
}

/** Builds the pages unless the last build was of the same sources. @throws CONFIG_INVALID with the build's output */
export async function buildIfChanged(options: BuildOptions = {}): Promise<"built" | "up to date"> {
  return withFileLock(lockFile, longestBuildMs, async () => {
    const digest = await sourceDigest();
    if (!options.force && (await builtDigest()) === digest) return "up to date";
    options.onBuild?.();
    await build(options.verbose ?? false);
    await writeFileAtomic(stampFile, `${JSON.stringify({ digest, builtAt: new Date().toISOString() })}\n`);
    return "built";
  });
}

/** Whether there is a finished build, of whatever sources. */
export function isBuilt(): boolean {
  return existsSync(path.join(projectFolder, ".next", "BUILD_ID"));
}

async function builtDigest(): Promise<string | null> {
  if (!isBuilt()) return null;
  try {
    return JSON.parse(await readFile(stampFile, "utf8")).digest;
  } catch {
    return null;
  }
}

/** SHA-256 over the paths and bytes of all sources. */
export async function sourceDigest(): Promise<string> {
  const listed = await Promise.all(sourceFolders.map(listFiles));
  const paths = [...listed.flat(), ...sourceFiles].filter((file) => !notSource.test(file)).sort();
  const hash = createHash("sha256");
  for (const file of paths) {
    const bytes = await readFile(path.join(projectFolder, file)).catch(() => null);
    if (bytes) hash.update(`${file}\0${bytes.byteLength}\0`).update(bytes);
  }
  return hash.digest("hex");
}

export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(projectFolder, folder), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(projectFolder, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"),
    );
}

function build(verbose: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", "scripts/build.ts"], {
      cwd: projectFolder,
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (verbose) process.stderr.write(text);
      });
    }
    const stop = () => child.kill("SIGTERM");
    process.once("exit", stop);
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", stop);
      if (code === 0) return resolve();
      const shown = verbose ? "" : `\n${output.slice(-4_000)}`;
      reject(
        new PneumoscopeError("CONFIG_INVALID", `The pages could not be built (exit code ${code}).${shown}`),
      );
    });
  });
}
