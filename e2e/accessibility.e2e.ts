import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  dropFile,
  expect,
  openReading,
  shownProbability,
  test,
  waitForTransitions,
  waitUntilReady,
} from "./journey";
import { hugePngFile, pngFile } from "./test-files";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Every rule of WCAG 2.2 AA that axe can check, and the page's own measures. Only contrast depends on the theme; on the
 * language only what fits.
 */
async function check(page: Page, state: string, withAxe: boolean): Promise<void> {
  const axe = () => new AxeBuilder({ page });
  if (withAxe) {
    await expectNone(page, `${state}, dark`, axe().withTags(rules));
    await setTheme(page, "light");
    await expectNone(page, `${state}, light`, axe().withRules(["color-contrast"]));
    await setTheme(page, "dark");
  }
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], select, input, summary, [role=slider]")]
      .filter((element) => {
        const { width, height, top } = (element.closest("label") ?? element).getBoundingClientRect();
        const inline = getComputedStyle(element).display === "inline";
        return width > 1 && top >= 0 && !inline && (width < 24 || height < 24);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  expect.soft(small, `${state}: targets under 24 pixels`).toEqual([]);
  for (const width of [320, 720]) {
    // 720 is a screen of 1440 at 200 %.
    await page.setViewportSize({ width, height: 640 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(overflow, `${state} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function setTheme(page: Page, theme: string): Promise<void> {
  await page.locator("html").evaluate((html, value) => {
    html.dataset.theme = value;
  }, theme);
}

async function expectNone(page: Page, state: string, axe: AxeBuilder): Promise<void> {
  await waitForTransitions(page);
  const { violations } = await axe.analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
  );
  expect.soft(found, state).toEqual([]);
}

for (const locale of ["en-GB", "fr-FR"]) {
  test.describe(locale, () => {
    test.use({ locale });

    test("no state has a barrier that can be measured", async ({ page }) => {
      test.setTimeout(180_000);
      await openReading(page);
      await expect(page.getByRole("heading", { name: /^(Ready|Prêt)$/ })).toBeVisible({ timeout: 25_000 });
      await check(page, "ready", locale === "en-GB");
      await dropFile(page, pngFile(22));
      await expect(page.locator("[data-verdict]")).toBeVisible();
      await page.keyboard.press("e");
      await check(page, "done, with its map", locale === "en-GB");
      for (const [key, state] of [
        ["m", "model card"],
        ["?", "keys"],
        ["y", "privacy"],
        ["x", "diagnostics"],
        ["Shift+S", "export"],
      ] as const) {
        await page.keyboard.press(key);
        await expect(page.getByRole("dialog")).toBeVisible();
        await check(page, state, locale === "en-GB");
        await page.keyboard.press("Escape");
        await expect(page.getByRole("dialog")).toHaveCount(0);
      }
      await dropFile(page, hugePngFile());
      await expect(
        page.locator("[data-failure=IMAGE_TOO_LARGE], [data-row-status=failed]").first(),
      ).toBeVisible();
      await check(page, "list with a failure", locale === "en-GB");
      await page.goto("/nowhere");
      await check(page, "not found", locale === "en-GB");
    });
  });
}

test("the content is one Tab and Enter away", async ({ page }) => {
  await openReading(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

test("nothing moves where less motion is asked for, and forced colours keep every control", async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  await openReading(page);
  await waitUntilReady(page);
  await page.keyboard.press("s");
  await shownProbability(page);
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return parseFloat(transitionDuration) > 0 || animationName !== "none";
      }).length,
  );
  expect(moving).toBe(0);
  await page.screenshot({ path: "test-results/screens/forced-colors.png" });
});
