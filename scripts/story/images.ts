import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { ClassName, StoryImage } from "./pick-images";

const classNames: readonly ClassName[] = ["NORMAL", "PNEUMONIA"];
/** Enough for drawnPlan, whichever sides the patients fall on. */
const drawnPatients = 420;

/** The radiographs of `train/` or of the folder itself; null where it holds none. */
export async function listRadiographs(
  folder: string,
): Promise<{ root: string; images: StoryImage[] } | null> {
  for (const root of [path.join(folder, "train"), folder]) {
    const images = await Promise.all(classNames.map((className) => filesOf(root, className)));
    if (images.every((list) => list.length > 0)) return { root, images: images.flat() };
  }
  return null;
}

async function filesOf(root: string, className: ClassName): Promise<StoryImage[]> {
  const names = await readdir(path.join(root, className)).catch(() => []);
  return names
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort()
    .map((name) => ({ file: path.join(className, name), className }));
}

/** Draws a patient an image, half with shadows; for machines without radiographs. */
export async function drawRadiographs(root: string): Promise<{ root: string; images: StoryImage[] }> {
  const images: StoryImage[] = [];
  for (let index = 0; index < 2 * drawnPatients; index++) {
    const pneumonia = index % 2 === 1;
    const className: ClassName = pneumonia ? "PNEUMONIA" : "NORMAL";
    const file = path.join(className, `drawn${index}.png`);
    await mkdir(path.join(root, className), { recursive: true });
    const drawn = drawSyntheticRadiograph({ width: 120, height: 96, seed: index, pneumonia });
    await writeFile(path.join(root, file), encodePng(drawn));
    images.push({ file, className });
  }
  return { root, images };
}

/** Copies images into a folder as a hospital delivers it: one folder a class. */
export async function layOut(root: string, images: readonly StoryImage[], folder: string): Promise<void> {
  for (const className of classNames) await mkdir(path.join(folder, className), { recursive: true });
  for (const { file, className } of images)
    await copyFile(path.join(root, file), path.join(folder, className, path.basename(file)));
}
