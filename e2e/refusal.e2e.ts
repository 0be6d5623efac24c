import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { shippedRefusal } from "@/lib/node/__fixtures__/drawn-baseline";
import {
  dropFile,
  expect,
  fileOf,
  openReading,
  type TestFile,
  test,
  verdict,
  waitUntilReady,
} from "./journey";
import { predictByCommand } from "./predict-command";
import { photographFile, pngFile } from "./test-files";
import { withTestModel } from "./test-model";

// The other journeys read drawn images, for which the limit is lifted; here it is the shipped one.
withTestModel(async () => {
  const refusal = await shippedRefusal();
  return { version: "strict", change: (made) => ({ ...made, refusal }) };
});

/** A gray page of text, as a screenshot of a letter is. */
async function letterFile(): Promise<TestFile> {
  const lines = Array.from(
    { length: 22 },
    (_, i) =>
      `<text x="40" y="${60 + 34 * i}" font-size="22">The patient was seen in the clinic, line ${i}</text>`,
  );
  const svg = `<svg width="800" height="860"><rect width="800" height="860" fill="white"/>${lines.join("")}</svg>`;
  const bytes = await sharp(Buffer.from(svg)).toColourspace("b-w").png().toBuffer();
  return { name: "letter.png", type: "image/png", bytes: new Uint8Array(bytes) };
}

test("what is no chest radiograph is refused with its reason, on the page and by the command", async ({
  page,
}) => {
  const files = [await photographFile(), await letterFile(), pngFile(31)];
  await openReading(page);
  await waitUntilReady(page);
  for (const [i, reason] of ["colour", "unlike-training", "unlike-training"].entries()) {
    await dropFile(page, files[i] as TestFile);
    await expect(page.locator(`[data-refused] [data-reason=${reason}]`)).toBeVisible();
    await expect(verdict(page)).toHaveCount(0);
    await expect(page.locator("data")).toHaveCount(0);
    await page.keyboard.press("Escape");
  }
  const lines = await predictByCommand(files);
  expect(lines.map(({ status }) => status)).toEqual(["refused", "refused", "refused"]);
  expect(lines.every(({ probability }) => probability === null)).toBe(true);
});

test("real radiographs pass", async ({ page }) => {
  const folder = path.resolve(
    process.env.PNEUMOSCOPE_DATA ?? "../shared/data",
    "chest-xray-originals/NORMAL",
  );
  test.skip(!existsSync(folder), `no radiographs in ${folder}`);
  const [name = ""] = readdirSync(folder).sort();
  await openReading(page);
  await waitUntilReady(page);
  await dropFile(page, fileOf(path.join(folder, name), "image/jpeg"));
  await expect(verdict(page)).toBeVisible();
});
