import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { Database } from "@/drizzle/client";
import type { Role } from "@/drizzle/schema";
import { inviteUser } from "@/lib/server/accounts/invite";
import { takeLink } from "@/lib/server/accounts/one-time-links";
import { expect, waitForTransitions } from "./journey";

export const password = "an owl in the library";

/** Somebody with this password, who took the link of an invitation. */
export async function addUser(db: Database, email: string, role: Role): Promise<void> {
  const [name = email] = email.split("@");
  await takeLink(db, { secret: await inviteUser(db, "test", { email, role }), password, name });
}

/** From the sign-in page to the page that was asked for. */
export async function signIn(page: Page, email: string, next: string): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
  await enterPassword(page, email);
  await expect(page).toHaveURL(next);
}

export async function enterPassword(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/**
 * No barrier that axe can find, of which only contrast depends on the theme, and nothing that scrolls sideways. With
 * PNEUMOSCOPE_SCREENS=1 pictures to look at lie in test-results/screens.
 */
export async function checkPage(page: Page, name: string): Promise<void> {
  await setTheme(page, "light");
  await expectNoBarrier(page, `${name}, light`, new AxeBuilder({ page }).withRules(["color-contrast"]));
  await setTheme(page, "dark");
  await expectNoBarrier(page, `${name}, dark`, new AxeBuilder({ page }));
  const withPictures = process.env.PNEUMOSCOPE_SCREENS === "1";
  const phone = [[390, 844]] as const;
  for (const [width, height] of [[320, 640], ...(withPictures ? phone : []), [1440, 900]] as const) {
    await page.setViewportSize({ width, height });
    // Charts follow the width a moment later.
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await expect
      .poll(overflow, { message: `${name} at ${width} scrolls sideways`, timeout: 5_000 })
      .toBeLessThanOrEqual(0);
    if (withPictures && width > 320) await takePictures(page, `${name}-${width}`);
  }
}

async function takePictures(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  // What scrolls is inside the page.
  const height = await page.evaluate(() => document.querySelector("main > div")?.scrollHeight ?? 0);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, height + 120) });
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    // Charts are drawn again.
    await page.waitForTimeout(400);
    await page.screenshot({ path: `test-results/screens/${name}-${theme}.png` });
  }
  await page.setViewportSize(size);
}

async function setTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.locator("html").evaluate((html, value) => {
    html.dataset.theme = value;
  }, theme);
}

async function expectNoBarrier(page: Page, state: string, axe: AxeBuilder): Promise<void> {
  // Halfway between two themes nothing has its contrast.
  await waitForTransitions(page);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
  expect.soft(found, state).toEqual([]);
}
