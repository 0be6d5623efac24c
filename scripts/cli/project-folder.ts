import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout: where package.json, public/ and node_modules/ are. */
export const projectFolder = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** npm runs every command in the project's folder and notes where the person was. */
const foldersOfCaller = [process.cwd(), process.env.INIT_CWD].filter((folder) => folder !== undefined);

/** A path that a person typed, made absolute. */
export function resolveTyped(typed: string): string {
  const candidates = foldersOfCaller.map((folder) => path.resolve(folder, typed));
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0] ?? path.resolve(typed);
}

/** Data directory, shipped model and migrations are found from the project's folder. */
export function enterProjectFolder(): void {
  process.chdir(projectFolder);
}
