import type { Locator, Page } from "@playwright/test";
import { encode } from "fast-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { dicomFile } from "./dicom-file";
import { dropFile, expect, openReading, shownProbability, type TestFile, test, verdict } from "./journey";
import { photographFile } from "./test-files";

/** A large 16-bit image as a detector makes it. */
function largeFile(width = 3000, height = 2500): TestFile {
  const [across, down] = [300, 250];
  const small = drawSyntheticRadiograph({ width: across, height: down, seed: 5, pneumonia: true });
  const data = Uint16Array.from({ length: width * height }, (_, i) => {
    const column = Math.floor(((i % width) * across) / width);
    const row = Math.floor((Math.floor(i / width) * down) / height);
    return (small.data[row * across + column] as number) * 64 + (i % 64);
  });
  const bytes = encode({ width, height, data, depth: 16, channels: 1 });
  return { name: "detector.png", type: "image/png", bytes: new Uint8Array(bytes) };
}

const imagePane = (page: Page) => page.locator("[data-pane=image] canvas");
const mapPane = (page: Page) => page.locator("[data-pane=map] canvas");

async function openWith(page: Page, file: TestFile): Promise<void> {
  await openReading(page);
  await dropFile(page, file);
  await expect(page.locator("[data-pane] canvas[data-drawn]")).toBeVisible();
}

/** Red, green and blue at shares of a canvas's sides, once nothing has been drawn for a while. */
async function colourAt(canvas: Locator, x: number, y: number): Promise<number[]> {
  let count = await canvas.getAttribute("data-drawn");
  for (let still = 0; still < 2; ) {
    await canvas.page().waitForTimeout(40);
    const now = await canvas.getAttribute("data-drawn");
    still = now === count ? still + 1 : 0;
    count = now;
  }
  return canvas.evaluate(
    (element: HTMLCanvasElement, [u, v]) => {
      const context = element.getContext("2d");
      const [column, row] = [Math.floor(u * element.width), Math.floor(v * element.height)];
      return [...(context?.getImageData(column, row, 1, 1).data ?? [])].slice(0, 3);
    },
    [x, y] as const,
  );
}

/** Which colour lies over the image where it is strongest. */
async function tintOf(canvas: Locator): Promise<"orange" | "blue" | "gray"> {
  await colourAt(canvas, 0.5, 0.5);
  const towardsRed = await canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext("2d")?.getImageData(0, 0, element.width, element.height) ?? {
      data: [],
    };
    let most = 0;
    for (let at = 0; at < data.length; at += 4) {
      const difference = (data[at] as number) - (data[at + 2] as number);
      if (Math.abs(difference) > Math.abs(most)) most = difference;
    }
    return most;
  });
  if (Math.abs(towardsRed) <= 8) return "gray";
  return towardsRed > 0 ? "orange" : "blue";
}

const grayAt = async (canvas: Locator, x: number, y: number) => (await colourAt(canvas, x, y))[0] as number;

async function drag(
  page: Page,
  canvas: Locator,
  right: number,
  down: number,
  button: "left" | "right" = "left",
) {
  const box = await canvas.boundingBox();
  if (!box) throw new Error("there is no canvas to drag on");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down({ button });
  await page.mouse.move(x + right, y + down, { steps: 12 });
  await page.mouse.up({ button });
}

const status = (page: Page) => page.getByRole("region", { name: "Image" });

// Near the end: each lane takes a part.
test.describe.configure({ mode: "parallel" });

test("window, presets, turns, mirrors, zoom and probe by hand and by key", async ({ page }) => {
  await openWith(page, dicomFile());
  await expect(status(page)).toContainText(/W 4\u202f?096 L 2\u202f?048/);
  const filed = await grayAt(imagePane(page), 0.5, 0.5);

  await drag(page, imagePane(page), 0, 120);
  await expect(page.getByRole("button", { name: "Window: By hand" })).toBeVisible();
  expect(await grayAt(imagePane(page), 0.5, 0.5)).toBeLessThan(filed);
  await drag(page, imagePane(page), 0, -120, "right");
  expect(Math.abs((await grayAt(imagePane(page), 0.5, 0.5)) - filed)).toBeLessThanOrEqual(2);

  await page.keyboard.press("2");
  await expect(status(page)).toContainText(/W 2\u202f?400 L 1\u202f?400/);
  await page.getByRole("button", { name: "Window: LUNG" }).click();
  await page.getByRole("menuitemradio", { name: "1–99 %" }).click();
  await expect(page.getByRole("button", { name: "Window: 1–99 %" })).toBeVisible();
  await page.keyboard.press("1");

  // The upper left corner is dark, the middle bright: turned and mirrored, the dark corner wanders.
  await page.keyboard.press("i");
  expect(Math.abs((await grayAt(imagePane(page), 0.5, 0.5)) - (255 - filed))).toBeLessThanOrEqual(1);
  await page.keyboard.press("i");
  await page.keyboard.press("a");
  await expect(status(page)).toContainText(/100\u202f%/);
  const [left, right] = [await grayAt(imagePane(page), 0.35, 0.3), await grayAt(imagePane(page), 0.65, 0.3)];
  expect(left).not.toBe(right);
  await page.keyboard.press("h");
  expect(Math.abs((await grayAt(imagePane(page), 0.65, 0.3)) - left)).toBeLessThanOrEqual(12);
  await page.keyboard.press("h");
  for (let i = 0; i < 4; i++) await page.keyboard.press(">");
  expect(Math.abs((await grayAt(imagePane(page), 0.35, 0.3)) - left)).toBeLessThanOrEqual(1);
  await page.keyboard.press("<");
  await page.keyboard.press("v");
  await page.keyboard.press("+");
  await expect(status(page)).toContainText(/125\u202f%/);
  await page.keyboard.press("r");
  expect(Math.abs((await grayAt(imagePane(page), 0.5, 0.5)) - filed)).toBeLessThanOrEqual(1);

  await page.keyboard.press("p");
  await expect(page.locator("[data-probe]")).toHaveText(/^x 300 y 250: \d/);
  await page.keyboard.press("p");
  const box = await imagePane(page).boundingBox();
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2 - 40, (box?.y ?? 0) + 60);
  await expect(page.locator("[data-probe]")).toHaveText(/^x \d+ y \d+: \d/);

  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  for (const action of [
    "Rotate left",
    "Mirror left and right",
    "Show or hide the evidence map",
    "Next frame",
  ])
    await expect(sheet.getByText(action, { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
  await page.getByRole("button", { name: /FR|Français/ }).click();
  await expect(page.getByRole("button", { name: "Tourner à droite (>)" })).toBeVisible();
  await expect(status(page)).toContainText(/F 4\u202f?096 N 2\u202f?048/);
});

test("the evidence map for either class and beside the image; frames, facts, cautions, identity", async ({
  page,
}) => {
  await openWith(page, dicomFile({ frames: 3, view: "LL", age: "064Y" }));
  await shownProbability(page);
  const panel = page.getByRole("region", { name: "Evidence map" });
  await expect(panel).toContainText("It is not a segmentation");
  await expect(panel.locator("[data-legend]")).toHaveCount(0);

  await page.keyboard.press("e");
  await expect(panel.locator("[data-legend=PNEUMONIA]")).toContainText("in logits");
  await expect(mapPane(page)).toBeVisible();
  await expect(imagePane(page)).toHaveCount(0);
  const first = await tintOf(mapPane(page));
  await page.keyboard.press("c");
  await expect(panel.locator("[data-legend=NORMAL]")).toBeVisible();
  const second = await tintOf(mapPane(page));
  expect(["orange", "gray"]).toContain(first);
  expect(["blue", "gray"]).toContain(second);
  expect(new Set([first, second])).not.toEqual(new Set(["gray"]));
  await page.keyboard.press("Shift+E");
  await expect(panel.getByRole("slider", { name: /Opacity/ })).toHaveValue("75");

  await page.keyboard.press("b");
  await expect(imagePane(page)).toBeVisible();
  await expect(mapPane(page)).toBeVisible();
  // Linked: what is done to one is done to the other.
  const before = await grayAt(imagePane(page), 0.5, 0.4);
  await drag(page, mapPane(page), 60, 120);
  expect(await grayAt(imagePane(page), 0.5, 0.4)).not.toBe(before);
  await page.keyboard.press("b");
  await page.keyboard.press("e");
  await expect(mapPane(page)).toHaveCount(0);

  const cautions = page.locator("[data-cautions]");
  await expect(cautions).toContainText("view LL");
  await expect(cautions).toContainText("64 years");
  expect(
    await cautions.evaluate((element) =>
      Boolean(
        element.compareDocumentPosition(document.querySelector("[data-verdict]") as Element) &
          Node.DOCUMENT_POSITION_FOLLOWING,
      ),
    ),
  ).toBe(true);

  const dark = await grayAt(imagePane(page), 0.5, 0.5);
  await page.keyboard.press(".");
  await expect(page.getByText("Frame 2 of 3")).toBeVisible();
  await expect.poll(() => grayAt(imagePane(page), 0.5, 0.5)).toBeGreaterThan(dark);
  await page.getByRole("slider", { name: "Frame" }).fill("3");
  await expect(page.getByText("Frame 3 of 3")).toBeVisible();

  const result = page.getByRole("complementary", { name: "Result" });
  for (const fact of [
    "Explicit VR Little Endian",
    "12 bits, MONOCHROME2",
    "Example, Ada",
    "P-0042",
    "1 Mar 2022",
  ])
    await expect(result).toContainText(fact);
  await page.keyboard.press("n");
  await expect(page.locator("[data-identity=hidden]")).toBeVisible();
  await expect(result).not.toContainText("Ada");
  await expect(result).not.toContainText("P-0042");
});

test("a refused image can be looked at, and has no number and no map", async ({ page }) => {
  await openWith(page, await photographFile());
  await expect(page.locator("[data-refused]")).toContainText("It is in colour");
  await expect(verdict(page)).toHaveCount(0);
  await expect(page.getByRole("complementary", { name: "Result" }).locator("data")).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Evidence map" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /evidence map/ })).toBeDisabled();
  const before = await grayAt(imagePane(page), 0.5, 0.5);
  await page.keyboard.press("i");
  expect(Math.abs((await grayAt(imagePane(page), 0.5, 0.5)) - (255 - before))).toBeLessThanOrEqual(1);
});

test("a large 16-bit image is drawn again and again while it is dragged", async ({ page }) => {
  await openReading(page);
  await dropFile(page, largeFile());
  await expect(imagePane(page)).toHaveAttribute("data-drawn", /\d/);
  await shownProbability(page);
  await drag(page, imagePane(page), 200, 100);
  await grayAt(imagePane(page), 0.5, 0.5);
  const redraws = await page.evaluate(() => performance.getEntriesByName("pneumoscope.redraw").length);
  expect(redraws).toBeGreaterThan(5);
});

test.describe("touch", () => {
  test.use({ hasTouch: true, viewport: { width: 820, height: 1180 } });

  test("one finger windows, two zoom and move, a double tap fits, buttons are large", async ({ page }) => {
    await openWith(page, dicomFile());
    const box = await imagePane(page).boundingBox();
    if (!box) throw new Error("there is no canvas to touch");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const client = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...points: [number, number][]) =>
      client.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: points.map(([px, py], id) => ({ x: px, y: py, id })),
      });

    await touch("touchStart", [x, y]);
    for (let i = 1; i <= 10; i++) await touch("touchMove", [x, y + 10 * i]);
    await touch("touchEnd");
    await expect(page.getByRole("button", { name: "Window: By hand" })).toBeVisible();

    const percent = async () => Number(/([\d.,]+)\u202f%/.exec(await status(page).innerText())?.[1]);
    const fitted = await percent();
    await touch("touchStart", [x - 40, y], [x + 40, y]);
    for (let i = 1; i <= 10; i++) await touch("touchMove", [x - 40 - 6 * i, y], [x + 40 + 6 * i, y]);
    await touch("touchEnd");
    await expect.poll(percent).toBeGreaterThan(1.8 * fitted);
    await page.touchscreen.tap(x, y);
    await page.touchscreen.tap(x, y);
    await expect.poll(percent).toBe(fitted);

    const small = await page
      .getByRole("toolbar")
      .getByRole("button")
      .evaluateAll((buttons) =>
        matchMedia("(pointer: coarse)").matches
          ? buttons
              .map((button) => button.getBoundingClientRect().height)
              .filter((size) => size > 0 && size < 44)
          : [],
      );
    expect(small).toEqual([]);
  });
});
