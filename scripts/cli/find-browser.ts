import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { chromium } from "@playwright/test";
import { PneumoscopeError } from "@/lib/errors";
import { projectFolder } from "./project-folder";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const fixedPlaces = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const howTo =
  "Install one and run again: on Debian or Ubuntu “apt-get install chromium” as root; elsewhere " +
  "“npx playwright install --with-deps chromium”; or set CHROMIUM_PATH to a Chromium or Chrome.";

/** CHROMIUM_PATH, the system's Chromium or Chrome, or Playwright's own; null where there is none. */
export function findBrowser(env: Record<string, string | undefined> = process.env): string | null {
  if (env.CHROMIUM_PATH) {
    if (isExecutable(env.CHROMIUM_PATH)) return env.CHROMIUM_PATH;
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `CHROMIUM_PATH=${env.CHROMIUM_PATH} is not a program. Correct or unset it.`,
    );
  }
  const folders = (env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const candidates = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const own = chromium.executablePath();
  return (
    [...candidates, ...fixedPlaces, own].find((candidate) => candidate && isExecutable(candidate)) ?? null
  );
}

/**
 * Finds a browser for the tests, or installs one: Debian's package as root, Playwright's own elsewhere.
 * @throws BACKEND_UNAVAILABLE saying what to install
 */
export function findOrInstallBrowser(say: (line: string) => void): string {
  const found = findBrowser();
  if (found) return found;
  const isDebianRoot = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  const attempts = isDebianRoot ? [installDebian, installPlaywright] : [installPlaywright];
  for (const attempt of attempts) {
    attempt(say);
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new PneumoscopeError(
    "BACKEND_UNAVAILABLE",
    `No browser was found and none could be installed. ${howTo}`,
  );
}

function installDebian(say: (line: string) => void): void {
  say("No browser found: installing Debian's chromium");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (...args: string[]) =>
    spawnSync("apt-get", args, { env, stdio: ["ignore", 2, 2] }).status === 0;
  const install = () => run("install", "-y", "--no-install-recommends", "chromium");
  if (!install()) run("update") && install();
}

function installPlaywright(say: (line: string) => void): void {
  say("No browser found: installing Playwright's chromium");
  spawnSync(process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"], {
    cwd: projectFolder,
    stdio: ["ignore", 2, 2],
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
