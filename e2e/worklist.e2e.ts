import type { Page } from "@playwright/test";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { dropFiles, expect, openReading, type TestFile, test, waitUntilReady } from "./journey";
import { publishTestModel, withTestModel } from "./test-model";

// A small input makes the network fast: these journeys are about the list.
const smallSide = 32;
const publishedSerial = withTestModel({ version: "small", size: smallSide, views: ["identity"] });

function drawn(count: number): TestFile[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `chest-${String(i + 1).padStart(3, "0")}.png`,
    type: "image/png",
    bytes: encodePng(drawSyntheticRadiograph({ width: 120, height: 96, seed: i, pneumonia: i % 2 === 1 })),
  }));
}

function broken(count: number): TestFile[] {
  const [whole] = drawn(1) as [TestFile];
  const kinds = [
    new TextEncoder().encode("not an image"),
    new Uint8Array(),
    whole.bytes.subarray(0, whole.bytes.length / 2),
  ];
  return Array.from({ length: count }, (_, i) => ({
    name: `broken-${i + 1}.png`,
    type: "image/png",
    bytes: kinds[i % kinds.length] as Uint8Array,
  }));
}

const list = (page: Page) => page.getByRole("complementary", { name: "Worklist" });
const chip = (page: Page, status: string) => list(page).locator(`[data-count=${status}]`);
const countOf = async (page: Page, status: string) => {
  const found = chip(page, status);
  return (await found.count()) === 0 ? 0 : Number(/\d+$/.exec(await found.innerText())?.[0]);
};
const current = (page: Page) => list(page).locator("tr[aria-selected=true]");

/** Names and probabilities of the rows in the page, from the top. */
function rows(page: Page): Promise<{ name: string; probability: number }[]> {
  return list(page)
    .locator("tbody tr")
    .evaluateAll((all) =>
      all
        .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
        .map((row) => ({
          name: row.getAttribute("data-row") ?? "",
          probability: Number(row.querySelector("data")?.getAttribute("value")),
        })),
    );
}

async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

const isRead = async (page: Page, total: number) => {
  await expect(chip(page, "all")).toHaveText(new RegExp(`${total}$`));
  await expect(chip(page, "pending")).toHaveCount(0, { timeout: 60_000 });
  await expect(list(page).getByRole("button", { name: "Stop" })).toHaveCount(0);
};

// Near the end: each lane takes a part.
test.describe.configure({ mode: "parallel" });

test("200 images, ten of them broken: none stops the others, and the list can be worked with", async ({
  page,
}) => {
  test.setTimeout(120_000);
  await openReading(page);
  await waitUntilReady(page);
  const files = drawn(189);
  files.splice(20, 0, ...broken(10));
  files.push({ ...(files[0] as TestFile), name: "copy-of-1.png" });
  const heapBefore = await heapBytes(page);
  await dropFiles(page, files);

  // Stopped and gone on with; what was done stays.
  await expect(chip(page, "all")).toHaveText(/200$/);
  await list(page).getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => countOf(page, "cancelled")).toBeGreaterThan(0);
  await list(page)
    .getByRole("button", { name: /^Go on with/ })
    .click();
  await isRead(page, 200);
  expect(await countOf(page, "failed")).toBe(10);
  expect(await countOf(page, "duplicate")).toBe(1);
  expect(
    (await countOf(page, "pneumonia")) + (await countOf(page, "normal")) + (await countOf(page, "uncertain")),
  ).toBe(189);
  // 200 decoded images would be 9 MB; what stays are names and numbers.
  expect((await heapBytes(page)) - heapBefore).toBeLessThan(8e6);

  // Most suspicious first, and only the rows in view exist.
  const byVerdict = await rows(page);
  expect(byVerdict.length).toBeGreaterThan(10);
  expect(byVerdict.length).toBeLessThan(60);
  const groups = await list(page)
    .locator("tbody tr")
    .evaluateAll((all) => all.map((row) => row.getAttribute("data-status")));
  expect(groups).not.toContain("failed");
  await list(page).getByRole("button", { name: "Prob.", exact: true }).click();
  const byProbability = (await rows(page)).map(({ probability }) => probability);
  expect(byProbability).toEqual([...byProbability].sort((a, b) => b - a));
  await list(page).getByRole("button", { name: "Name", exact: true }).click();
  expect((await rows(page)).slice(0, 3).map(({ name }) => name)).toEqual([
    "broken-1.png",
    "broken-2.png",
    "broken-3.png",
  ]);

  // Keys step through the list as it is sorted.
  await page.keyboard.press("End");
  await expect(current(page)).toHaveAttribute("data-row", "copy-of-1.png");
  await page.keyboard.press("k");
  await expect(current(page)).toHaveAttribute("data-row", "chest-189.png");
  await expect(page.getByRole("img", { name: "chest-189.png" })).toBeVisible();
  await page.keyboard.press("Home");
  await expect(page.locator("[data-failure]")).toContainText("broken-1.png");

  // Filters by status and by words, each with the way back.
  await chip(page, "failed").click();
  await expect(list(page).getByRole("grid")).toHaveAttribute("aria-rowcount", "11");
  await list(page).getByRole("searchbox").fill("CHEST");
  await list(page).getByRole("button", { name: "Show all" }).click();
  await expect(list(page).getByRole("grid")).toHaveAttribute("aria-rowcount", "201");

  // One is removed and brought back, and so are all.
  await page.keyboard.press("Delete");
  await expect(chip(page, "all")).toHaveText(/199$/);
  await expect(current(page)).toHaveAttribute("data-row", "broken-2.png");
  await page.keyboard.press("z");
  await expect(chip(page, "all")).toHaveText(/200$/);
  await list(page).getByRole("button", { name: "Clear the list" }).click();
  await expect(list(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(chip(page, "failed")).toHaveText(/10$/);
});

test("a version taken in the middle of a list: each result keeps its own, until all are read again", async ({
  page,
}) => {
  test.setTimeout(120_000);
  await openReading(page);
  await waitUntilReady(page);
  await dropFiles(page, drawn(6));
  await isRead(page, 6);
  const before = await rows(page);
  await publishTestModel({
    serial: publishedSerial() + 1,
    version: "next",
    size: smallSide,
    views: ["identity"],
    logitShift: -0.5,
  });
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await page.getByRole("button", { name: /^Use it/ }).click();
  await expect(page.getByText("is available.")).toHaveCount(0);
  await dropFiles(page, drawn(8).slice(6));
  await isRead(page, 8);

  await expect(page.locator("[data-note=versions]")).toContainText(
    "6 images were read by model small, not by next.",
  );
  await list(page).getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Model version" }).click();
  await page.keyboard.press("Escape");
  const versions = list(page).locator("td[data-column=version]");
  expect((await versions.allInnerTexts()).sort()).toEqual([
    ...Array(2).fill("next"),
    ...Array(6).fill("small"),
  ]);
  const old = before[0] as { name: string; probability: number };
  await list(page).getByRole("button", { name: old.name, exact: true }).click();
  await expect(page.getByRole("button", { name: /^Model small/ })).toBeVisible();

  await page.getByRole("button", { name: "Read all with next" }).click();
  await isRead(page, 8);
  await expect(page.locator("[data-note=versions]")).toHaveCount(0);
  expect(new Set(await versions.allInnerTexts())).toEqual(new Set(["next"]));
  const after = (await rows(page)).find(({ name }) => name === old.name);
  expect(after?.probability).toBeLessThan(old.probability);
});
