import { readFileSync } from "node:fs";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";
import { projectFolder } from "./project-folder";

/** @throws CONFIG_INVALID where Node is older than package.json asks for */
export function requireNodeVersion(running = process.versions.node): void {
  const { engines } = JSON.parse(readFileSync(path.join(projectFolder, "package.json"), "utf8"));
  const [major = 0, minor = 0] = String(engines.node)
    .replace(/[^\d.]/g, "")
    .split(".")
    .map(Number);
  const [haveMajor = 0, haveMinor = 0] = running.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  throw new PneumoscopeError(
    "CONFIG_INVALID",
    `This is Node ${running}; ${engines.node} is needed. Install a newer one from https://nodejs.org.`,
  );
}
