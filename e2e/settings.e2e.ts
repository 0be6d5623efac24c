import { connectDatabase } from "@/lib/node/connect-database";
import { addUser, checkPage, enterPassword } from "./dashboard";
import { expect, test } from "./journey";

test("an administrator's token calls the API until it is revoked, and a closed reading page leads a stranger to sign-in", async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  const { db, close } = await connectDatabase();
  await addUser(db, "tess@example.org", "admin");
  await close();
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fsettings/);
  await enterPassword(page, "tess@example.org");
  await expect(page.locator("[data-policy-digest]")).toContainText("sha256:");

  await page.goto("/account");
  await page.getByLabel("What it is for").fill("nightly report");
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = await page.locator("[data-new-token]").innerText();
  await checkPage(page, "account-with-token");
  const stranger = await browser.newContext({
    baseURL: test.info().project.use.baseURL,
    serviceWorkers: "block",
  });
  const ask = (path: string) =>
    stranger.request.get(`/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(await (await ask("accounts/me")).json()).toMatchObject({ email: "tess@example.org" });
  expect((await ask("audit/list?limit=1")).status()).toBe(200);
  expect((await stranger.request.get("/api/v1/audit/list")).status()).toBe(401);

  await page.goto("/api-docs");
  await page.getByLabel("Find an operation").fill("audit.list");
  await expect(page.locator("[data-operation]")).toHaveCount(1);
  await page.getByText("Example").click();
  await checkPage(page, "api-docs");

  await page.goto("/settings");
  await page.getByLabel("Review: an administrator approves it first").check();
  await page.getByRole("combobox", { name: "Approvals needed" }).selectOption("2");
  const before = await page.locator("[data-policy-digest]").innerText();
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.locator("[data-policy-digest]")).not.toHaveText(before);
  await page.getByLabel("Automatic: what passes is published").check();
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.locator("[data-policy-digest]")).toHaveText(before);
  // Read from the connection: no header says it here.
  await expect(page.getByText("127.0.0.1", { exact: true })).toBeVisible();
  await checkPage(page, "settings");

  const closed = page.getByLabel("For signed-in doctors and administrators");
  await closed.click();
  await expect(closed).toBeChecked();
  await expect(closed).toBeEnabled();
  try {
    const strange = await stranger.newPage();
    await strange.goto("/");
    await expect(strange).toHaveURL(/\/sign-in\?next=%2F$/);
    for (const path of [
      "/api/models/current",
      "/models/baseline/weights.safetensors",
      "/models/baseline/%77eights.safetensors",
      "/models%2Fbaseline/weights.safetensors",
      "//models/baseline/weights.safetensors",
      "/models//baseline/weights.safetensors",
      "/models/baseline/manifest.json",
    ]) {
      const answer = await stranger.request.get(new URL(`${strange.url().split("/sign-in")[0]}${path}`).href);
      expect(answer.status(), path).toBeGreaterThanOrEqual(400);
    }
    expect((await page.request.get("/api/models/current")).status()).toBe(200);
  } finally {
    await page.getByLabel("Open to everyone who reaches this address").click();
    await expect(page.getByLabel("Open to everyone who reaches this address")).toBeEnabled();
  }
  await expect.poll(async () => (await stranger.request.get("/api/models/current")).status()).toBe(200);

  await page.getByRole("button", { name: "Revoke “nightly report”" }).click();
  await expect(page.locator("[data-token='nightly report']")).toContainText("revoked");
  expect((await ask("accounts/me")).status()).toBe(401);
  await stranger.close();
});
