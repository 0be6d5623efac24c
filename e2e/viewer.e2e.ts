import type { Page } from "@playwright/test";
import { encode } from "fast-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { dropFile, expect, openReading, shownProbability, type TestFile, test } from "./journey";

/** A large 16-bit image as a detector makes it: values 0 to 16,383, darkest corner top left. */
function largeImage(width = 3000, height = 2500): TestFile {
  const small = drawSyntheticRadiograph({ width: 300, height: 250, seed: 5, pneumonia: true });
  const data = Uint16Array.from({ length: width * height }, (_, i) => {
    const x = Math.floor(((i % width) * 300) / width);
    const y = Math.floor((Math.floor(i / width) * 250) / height);
    return (small.data[y * 300 + x] as number) * 64 + (i % 64);
  });
  const bytes = encode({ width, height, data, depth: 16, channels: 1 });
  return { name: "detector.png", type: "image/png", bytes: new Uint8Array(bytes) };
}

const canvas = (page: Page) => page.locator("[data-pane=image] canvas");

async function drawn(page: Page): Promise<void> {
  await expect(canvas(page)).toHaveAttribute("data-drawn", /\d/);
  await page.waitForTimeout(150);
}

test("a large 16-bit image drags fluently", async ({ page }) => {
  await openReading(page);
  await dropFile(page, largeImage());
  await shownProbability(page);
  await drawn(page);
  await page.screenshot({ path: "test-results/viewer-large.png" });
  const box = await canvas(page).boundingBox();
  if (!box) throw new Error("no canvas");
  await page.mouse.move(box.x + 300, box.y + 300);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) await page.mouse.move(box.x + 300 + 2 * i, box.y + 300 + i);
  await page.mouse.up();
  await page.waitForTimeout(300);
  const redraws = await page.evaluate(() =>
    performance.getEntriesByName("pneumoscope.redraw").map(({ duration }) => duration),
  );
  redraws.sort((a, b) => a - b);
  console.log(redraws.length, redraws[Math.floor(redraws.length / 2)], redraws.at(-1));
  await page.screenshot({ path: "test-results/viewer-dragged.png" });
});
