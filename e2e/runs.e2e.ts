import { expect, openReading, test } from "./journey";

test("an image stays on screen across a visit to another page", async ({ page }) => {
  await openReading(page);
  await page.keyboard.press("s");
  await expect(page.locator("[data-verdict]")).toBeVisible();
  await page.getByRole("link", { name: "Account" }).click();
  await expect(page).toHaveURL(/sign-in/);
  await page.getByRole("link", { name: "Read" }).click();
  await expect(page.locator("[data-verdict]")).toBeVisible();
  await expect(page.getByRole("img", { name: "Synthetic sample 1" })).toBeVisible();
});
