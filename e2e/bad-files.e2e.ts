import {
  dropFile,
  expect,
  openReading,
  shownProbability,
  type TestFile,
  test,
  verdict,
  waitUntilReady,
} from "./journey";
import { hugePngFile, jpegFile, pngFile } from "./test-files";

const text = new TextEncoder();

async function badFiles(): Promise<{ file: TestFile; code: string; says: RegExp }[]> {
  const jpeg = await jpegFile(51, false);
  const png = pngFile(51);
  return [
    {
      file: { name: "notes.txt", type: "text/plain", bytes: text.encode("not an image") },
      code: "IMAGE_UNSUPPORTED",
      says: /of no known format/,
    },
    {
      file: { name: "renamed.png", type: "image/png", bytes: text.encode("%PDF-1.7 …") },
      code: "IMAGE_UNSUPPORTED",
      says: /PDF/,
    },
    {
      file: { ...jpeg, name: "half.jpg", bytes: jpeg.bytes.subarray(0, jpeg.bytes.length / 2) },
      code: "IMAGE_TRUNCATED",
      says: /cut off/,
    },
    {
      file: { ...png, name: "half.png", bytes: png.bytes.subarray(0, png.bytes.length / 2) },
      code: "IMAGE_TRUNCATED",
      says: /cut off/,
    },
    {
      file: { name: "empty.png", type: "image/png", bytes: new Uint8Array() },
      code: "IMAGE_EMPTY",
      says: /zero bytes/,
    },
    { file: hugePngFile(), code: "IMAGE_TOO_LARGE", says: /30000 × 30000/ },
  ];
}

test("each kind of bad file is refused by name, and the next good one is read", async ({ page }) => {
  await openReading(page);
  await waitUntilReady(page);
  for (const { file, code, says } of await badFiles()) {
    await dropFile(page, file);
    const alert = page.locator(`[data-failure=${code}]`);
    await expect(alert, file.name).toBeVisible();
    await expect(alert).toContainText(says);
    await expect(alert).toContainText(file.name);
    await expect(verdict(page)).toHaveCount(0);
  }
  await dropFile(page, pngFile());
  await shownProbability(page);
  await dropFile(page, { name: "empty.png", type: "image/png", bytes: new Uint8Array() });
  await expect(page.locator("[data-failure=IMAGE_EMPTY]")).toBeVisible();
  // The verdict of the image before must not stand beside a file that could not be read.
  await expect(verdict(page)).toHaveCount(0);
});
