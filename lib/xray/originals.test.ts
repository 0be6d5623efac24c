import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage } from "./decode-image";
import { toModelGray } from "./model-gray";

const data = process.env.PNEUMOSCOPE_DATA ?? "../shared/data";
const originals = join(data, "chest-xray-originals");
const perClass = 12;

function difference(a: ArrayLike<number>, b: ArrayLike<number>): { mean: number; most: number } {
  let sum = 0;
  let most = 0;
  for (let at = 0; at < a.length; at++) {
    const gap = Math.abs((a[at] ?? Number.NaN) - (b[at] ?? Number.NaN));
    sum += gap;
    most = Math.max(most, gap);
  }
  return { mean: sum / a.length, most };
}

describe.skipIf(!existsSync(originals))("full-size originals against the published 224-pixel files", () => {
  for (const className of ["NORMAL", "PNEUMONIA"]) {
    it(`${className}: equal up to JPEG noise`, async () => {
      const names = readdirSync(join(originals, className)).sort();
      const step = Math.floor(names.length / perClass);
      for (const name of names.filter((_, n) => n % step === 0)) {
        const ours = toModelGray(await decodeImage(readFileSync(join(originals, className, name))), 224);
        const published = (await decodeImage(readFileSync(join(data, "chest-xray/train", className, name))))
          .data;
        // The published files went through JPEG quality 75, whose luminance steps are 3 to 60 levels: about 1.6
        // levels a pixel on average over all 120 files and 2.12 in the noisiest.
        expect(difference(ours, published).mean, name).toBeLessThan(2.5);

        // The same compression applied to ours leaves no difference at all.
        const noisy = await sharp(ours, { raw: { width: 224, height: 224, channels: 1 } })
          .toColourspace("b-w")
          .jpeg({ quality: 75 })
          .toBuffer();
        expect(difference((await decodeImage(noisy)).data, published), name).toEqual({ mean: 0, most: 0 });
      }
    });
  }
});
