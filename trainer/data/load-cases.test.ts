import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatasetCase } from "@/lib/dataset/listing";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { writeRadiographDicom } from "@/lib/testing/dicom/radiograph-dicom";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { loadCases, samplePatients } from "./load-cases";

const [width, height, size] = [120, 100, 32];
let folder: string;

/** The same six images as DICOM (named and unnamed), lossless WebP and TIFF, and BMP. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "load-cases-"));
  for (const [label, className] of ["NORMAL", "PNEUMONIA"].entries()) {
    const inClass = path.join(folder, "data", className);
    mkdirSync(inClass, { recursive: true });
    for (let seed = 0; seed < 4; seed++) {
      const image = drawSyntheticRadiograph({
        seed: seed + 10 * label,
        pneumonia: label === 1,
        width,
        height,
      });
      const levels = Uint8Array.from(image.data, Math.round);
      const picture = sharp(levels, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
      const dicom = writeRadiographDicom({ width, height, data: levels });
      const files = [
        [`p${seed}.dcm`, dicom],
        [`1.2.${seed}`, dicom],
        [`p${seed}.webp`, await picture.clone().webp({ lossless: true }).toBuffer()],
        [`p${seed}.tif`, await picture.clone().tiff({ compression: "lzw" }).toBuffer()],
      ] as const;
      const [name, bytes] = files[seed] ?? files[0];
      writeFileSync(path.join(inClass, name), bytes);
      writeFileSync(path.join(inClass, `twin${seed}.png`), await picture.clone().png().toBuffer());
    }
    // Enough patients for each side of the split.
    for (let n = 0; n < 40; n++) {
      const data = Float32Array.of(n, label, 3, 4);
      writeFileSync(path.join(inClass, `other${n}.png`), encodePng({ width: 2, height: 2, data }));
    }
    writeFileSync(path.join(inClass, "README"), "text without an extension");
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a labelled folder of DICOM, WebP and TIFF files", () => {
  it("is imported, and the trainer reads from its artifacts the pixels of the same images in PNG", async () => {
    const store = folderArtifactStore(path.join(folder, "artifacts"));
    const { listing, badFiles } = await importFolder(path.join(folder, "data"), store);
    expect(badFiles).toEqual([]);
    expect(listing.cases).toHaveLength(96);
    const names = ["p0.dcm", "1.2.1", "p2.webp", "p3.tif"];
    const options = { size, signal: new AbortController().signal, onProgress: () => undefined };
    for (const className of ["NORMAL", "PNEUMONIA"]) {
      const load = async (files: string[]) => {
        const cases = files.map((name) => {
          const found = listing.cases.find(({ caseId }) => caseId === `${className}/${name}`);
          if (!found) throw new Error(name);
          return found;
        });
        return loadCases(store, cases, options);
      };
      const loaded = await load(names);
      const twins = await load(["twin0.png", "twin1.png", "twin2.png", "twin3.png"]);
      expect(loaded.labels).toEqual(new Uint8Array(4).fill(className === "NORMAL" ? 0 : 1));
      // The DICOM window of 0 to 4080 gives back the levels but for its rounding.
      expect(loaded.gray.every((level, at) => Math.abs(level - (twins.gray[at] as number)) <= 1)).toBe(true);
      expect(new Set(loaded.gray).size).toBeGreaterThan(50);
      expect(loaded.gray.slice(2 * size * size)).toEqual(twins.gray.slice(2 * size * size));
    }
  });
});

describe("a share of the patients", () => {
  const cases = Array.from({ length: 100 }, (_, n): DatasetCase => {
    const name = `case-${n}`;
    const label = n < 97 ? 1 : 0;
    const digest = `sha256:${"0".repeat(64)}` as const;
    return { caseId: name, path: name, patientId: name, label, split: "train", digest, sizeBytes: 1 };
  });

  it("has both classes, however small it is", () => {
    for (const seed of [1, 2, 3])
      expect(new Set(samplePatients(cases, 0.001, seed).map(({ label }) => label)).size).toBe(2);
  });

  it("is refused of one class, and of an evaluation set, which has nothing to train on", () => {
    for (const [side, missing] of [
      [[], "NORMAL"],
      [cases.filter(({ label }) => label === 0), "PNEUMONIA"],
      [cases.filter(({ label }) => label === 1), "NORMAL"],
    ] as const)
      for (const fraction of [0.5, 1])
        expect(() => samplePatients([...side], fraction, 1)).toThrow(
          expect.objectContaining({
            code: "DATASET_INVALID",
            message: expect.stringContaining(
              `class ${missing} has no images to train on; train on a version`,
            ),
          }),
        );
  });
});
