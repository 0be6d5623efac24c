import sharp from "sharp";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { TestFile } from "./journey";

const picture = (seed: number) =>
  drawSyntheticRadiograph({ width: 700, height: 560, seed, pneumonia: seed % 2 === 1 });

export function pngFile(seed = 21): TestFile {
  return { name: `chest-${seed}.png`, type: "image/png", bytes: encodePng(picture(seed)) };
}

/** A JPEG as scanners write it (gray) or as a camera does (colour, with a tint). */
export async function jpegFile(seed: number, colour: boolean): Promise<TestFile> {
  const image = sharp(pngFile(seed).bytes);
  const coloured = colour
    ? image.toColourspace("srgb").tint({ r: 255, g: 220, b: 200 })
    : image.toColourspace("b-w");
  const bytes = await coloured.jpeg({ quality: 88 }).toBuffer();
  return { name: `${colour ? "photo" : "scan"}-${seed}.jpg`, type: "image/jpeg", bytes };
}

/** Only a header: 30,000 × 30,000 pixels, which would be 900 megapixels if anyone allocated them. */
export function hugePngFile(): TestFile {
  const bytes = Uint8Array.from(pngFile().bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, 30_000);
  view.setUint32(20, 30_000);
  return { name: "huge.png", type: "image/png", bytes };
}

/** In colour, which no radiograph is. */
export async function photographFile(): Promise<TestFile> {
  const bytes = await sharp({ create: { width: 640, height: 480, channels: 3, background: "#d05020" } })
    .composite([
      {
        input: Buffer.from(
          '<svg width="640" height="480"><circle cx="300" cy="200" r="150" fill="#10306a"/></svg>',
        ),
      },
    ])
    .jpeg()
    .toBuffer();
  return { name: "holiday.jpg", type: "image/jpeg", bytes: new Uint8Array(bytes) };
}
