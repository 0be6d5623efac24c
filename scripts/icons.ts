import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
// biome-ignore lint/style/noRestrictedImports: draws icons, reads no radiograph.
import sharp from "sharp";

// Draws the icons of the installed product from app/icon.svg: npx tsx scripts/icons.ts
const folder = "public/icons";
const ground = "#0b0c0e";
const drawing = await readFile("app/icon.svg");

/** @param share of the side that the drawing takes; a maskable icon may lose what is outside 80 % */
async function draw(name: string, side: number, share: number): Promise<void> {
  const inner = Math.round(side * share);
  const icon = await sharp(drawing, { density: 72 * (inner / 32) })
    .resize(inner, inner)
    .png()
    .toBuffer();
  const background = share === 1 ? { r: 0, g: 0, b: 0, alpha: 0 } : ground;
  await sharp({ create: { width: side, height: side, channels: 4, background } })
    .composite([{ input: icon, gravity: "centre" }])
    .png({ compressionLevel: 9, palette: true })
    .toFile(path.join(folder, name));
}

await mkdir(folder, { recursive: true });
await draw("icon-192.png", 192, 1);
await draw("icon-512.png", 512, 1);
await draw("maskable-512.png", 512, 0.75);
await draw("apple-180.png", 180, 0.8);
