import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { projectFolder } from "../cli/project-folder";

const size = { width: 1400, height: 1100 };

/** Files to read where none are named: a real radiograph where there is one beside the project, and a drawn one. */
export async function benchRadiographs() {
  const folder = await mkdtemp(path.join(tmpdir(), "pneumoscope-bench-files-"));
  const drawn = path.join(folder, `drawn-${size.width}x${size.height}.png`);
  await writeFile(drawn, encodePng(drawSyntheticRadiograph({ ...size, seed: 5, pneumonia: true })));
  return {
    files: [...(await firstReal()), drawn],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function firstReal(): Promise<string[]> {
  const data = path.resolve(projectFolder, process.env.PNEUMOSCOPE_DATA ?? "../shared/data");
  const folder = path.join(data, "chest-xray-originals", "PNEUMONIA");
  if (!existsSync(folder)) return [];
  const [first] = (await readdir(folder)).sort();
  return first ? [path.join(folder, first)] : [];
}
