import type { Page } from "@playwright/test";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import sharp from "sharp";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { dropFiles, expect, openReading, type TestFile, test, waitUntilReady } from "./journey";
import { withTestModel } from "./test-model";

withTestModel({ version: "small", size: 32 });

const [width, height] = [120, 96];
const drawn = drawSyntheticRadiograph({ width, height, seed: 6, pneumonia: true });
const levels = Uint8Array.from(drawn.data, Math.round);
const picture = sharp(levels, { raw: { width, height, channels: 1 } }).toColourspace("b-w");

/** 24 bits, rows from the top; they need no padding at this width. */
function bmpOf(): Uint8Array {
  const bytes = new Uint8Array(54 + levels.length * 3);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (const [at, level] of levels.entries()) bytes.fill(level, 54 + at * 3, 57 + at * 3);
  return bytes;
}

async function zipOf(files: { name: string; bytes: Uint8Array; password?: string }[]): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const { name, bytes, ...options } of files)
    await writer.add(name, new Uint8ArrayReader(Uint8Array.from(bytes)), options);
  return writer.close();
}

async function study(): Promise<TestFile> {
  const webp = await picture.clone().webp({ lossless: true }).toBuffer();
  const tiff = await picture.clone().tiff({ compression: "lzw" }).toBuffer();
  const bytes = await zipOf([
    { name: "series/IM1", bytes: webp },
    { name: "series/two.tif", bytes: tiff },
    { name: "series/three.bmp", bytes: bmpOf() },
    { name: "series/notes", bytes: new TextEncoder().encode("text") },
    { name: "locked.dcm", bytes: tiff, password: "secret" },
    { name: "inner.zip", bytes: await zipOf([{ name: "a.tif", bytes: tiff }]) },
  ]);
  return { name: "study.zip", type: "application/zip", bytes };
}

const list = (page: Page) => page.getByRole("complementary", { name: "Worklist" });

test("an archive of WebP, TIFF and BMP files gets the probability of the same picture in PNG", async ({
  page,
}) => {
  await openReading(page);
  await waitUntilReady(page);
  const png = { name: "chest.png", type: "image/png", bytes: await picture.clone().png().toBuffer() };
  await dropFiles(page, [png, await study()]);
  const rows = list(page).locator("tbody tr");
  await expect(rows).toHaveCount(6);
  await expect(list(page).locator("[data-count=pending]")).toHaveCount(0);
  await expect(list(page).locator("[data-count=failed]")).toHaveText(/2$/);
  const probabilities = await rows
    .locator("data")
    .evaluateAll((all) => all.map((data) => data.getAttribute("value")));
  expect(probabilities).toHaveLength(4);
  expect(new Set(probabilities).size).toBe(1);
  for (const [name, code] of [
    ["locked.dcm", "ARCHIVE_ENCRYPTED"],
    ["inner.zip", "ARCHIVE_NESTED"],
  ] as const) {
    await rows.filter({ hasText: name }).click();
    await expect(page.locator(`[data-failure=${code}]`)).toContainText(name);
  }
});
