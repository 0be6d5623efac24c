import { expect, openReading, reloadReading, test } from "./journey";

test.describe("a French reader", () => {
  test.use({ locale: "fr-FR" });

  test("gets French from the first byte, and English on choice, without losing the image", async ({
    page,
    record,
  }) => {
    const answer = await openReading(page);
    const html = (await answer?.text()) ?? "";
    expect(html).toContain('<html lang="fr"');
    // The limits are in the signed manifest in English, and in the page in French from its first byte.
    expect(html).toMatch(/<li[^>]*>Enfants d’un à cinq ans/);
    expect(html).not.toContain("Switch between dark and light");
    await page.keyboard.press("s");
    await expect(page.locator("[data-verdict]")).toBeVisible();

    const before = record.requests.length;
    await page.getByRole("button", { name: "EN, show in English" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.getByRole("link", { name: "Account" })).toBeVisible();
    await expect(page.locator("[data-verdict]")).toBeVisible();
    const asked = record.requests.slice(before).map((request) => new URL(request.url()).pathname);
    expect(asked.filter((path) => !path.startsWith("/_next/static/"))).toEqual([]);

    await reloadReading(page);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await page.keyboard.press("g");
    await expect(page.getByRole("link", { name: "Compte" })).toBeVisible();
    await page.getByRole("link", { name: "Compte" }).click();
    await expect(page).toHaveTitle("Se connecter · Pneumoscope");
  });
});
