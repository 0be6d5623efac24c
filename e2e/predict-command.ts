import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { TestFile } from "./journey";

interface Line {
  status: "ok" | "refused" | "error";
  label: string;
  uncertain: boolean;
  probability: number;
  threshold: number;
  modelVersion: string;
}

/** What `npm run predict -- --json` says about these files, in their order. */
export async function predictByCommand(files: readonly TestFile[]): Promise<Line[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-predict-"));
  try {
    const paths = files.map(({ name }) => path.join(folder, name));
    for (const [i, file] of files.entries()) await writeFile(paths[i] as string, file.bytes);
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--import",
      "tsx",
      "scripts/predict.ts",
      "--json",
      ...paths,
    ]);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
