import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { TOTP } from "otpauth";
import { connectDatabase } from "@/lib/node/connect-database";
import { readBaselineManifest } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { firstAdminLink } from "@/lib/server/accounts/first-admin";
import { verifyAuditChain } from "@/lib/server/audit/verify-chain";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { requestReview } from "@/lib/server/model-versions/review";
import { createRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { addUser, checkPage, password } from "./dashboard";
import { expect, test } from "./journey";

async function firstLink(): Promise<string> {
  const database = await connectDatabase();
  const secret = await firstAdminLink(database.db);
  await database.close();
  if (!secret) throw new Error("this server has an administrator already");
  return `/link#${secret}`;
}

async function signIn(page: Page, email: string, secret = password): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("first start: an administrator, an invited doctor, a second factor, and what each may not do", async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  const link = await firstLink();
  await page.goto("/users");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fusers/);
  await checkPage(page, "sign-in");
  await page.goto(link);
  await checkPage(page, "first-admin");
  await page.getByLabel("Name").fill("Ada Admin");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByText("ada@example.org")).toBeVisible();
  await expect(page.locator("[data-session]")).toHaveCount(1);
  await checkPage(page, "account");

  await page.getByRole("link", { name: "People" }).click();
  await page.getByLabel("E-mail").fill("dora@example.org");
  await page.getByRole("button", { name: "Invite" }).click();
  const invitation = await page.locator("[data-link]").innerText();
  await checkPage(page, "users");

  const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const doctor = await context.newPage();
  await doctor.goto(invitation);
  await doctor.getByLabel("Name").fill("Dora Doctor");
  await doctor.getByLabel("New password").fill(password);
  await doctor.getByRole("button", { name: "Make the account" }).click();
  await expect(doctor).toHaveURL(/\/account$/);
  await expect(doctor.getByText("dora@example.org")).toBeVisible();
  await doctor.goto(invitation);
  await expect(doctor.locator("[data-failure=LINK_INVALID]")).toBeVisible();
  await doctor.goto("/users");
  await expect(doctor.locator("[data-failure=NOT_ALLOWED]")).toBeVisible();
  await checkPage(doctor, "not-allowed");

  await doctor.goto("/account");
  await doctor.getByRole("button", { name: "Add an authenticator" }).click();
  const secret = await doctor.locator("form code").innerText();
  await checkPage(doctor, "second-factor");
  const codeAt = (offsetMs: number) => new TOTP({ secret }).generate({ timestamp: Date.now() + offsetMs });
  await doctor.getByLabel("Code of six digits").fill(codeAt(0));
  await doctor.getByRole("button", { name: "Confirm" }).click();
  await expect(doctor.getByText("Sign-in asks for a code")).toBeVisible();
  await doctor.getByRole("button", { name: "Sign out" }).first().click();
  await expect(doctor).toHaveURL(/\/sign-in/);
  await signIn(doctor, "dora@example.org", "not the password");
  await expect(doctor.locator("[data-failure=SIGN_IN_REFUSED]")).toBeVisible();
  await signIn(doctor, "Dora@example.org");
  await expect(doctor.locator("[data-failure=SECOND_FACTOR_REQUIRED]")).toBeVisible();
  await doctor.getByLabel("Code of six digits").fill(codeAt(30_000));
  await doctor.getByRole("button", { name: "Sign in" }).click();
  await expect(doctor).toHaveURL(/\/account$/);

  await page.reload();
  const row = page.locator("[data-user='dora@example.org']");
  await row.getByRole("combobox").selectOption("admin");
  await expect(async () => {
    await doctor.goto("/users");
    await expect(doctor.getByRole("button", { name: "Invite" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await row.getByRole("button", { name: "Deactivate" }).click();
  await expect(row).toContainText("deactivated");
  await doctor.reload();
  await expect(doctor).toHaveURL(/\/sign-in/);
  await page.locator("[data-user='ada@example.org']").getByRole("button", { name: "Deactivate" }).click();
  await expect(page.locator("[data-failure=LAST_ADMIN]")).toBeVisible();

  // Another site's page makes this browser ask.
  const forged = await page.request.post("/api/trpc/accounts.endOtherSessions", {
    headers: { origin: "https://elsewhere.example" },
    data: {},
  });
  expect(forged.status()).toBe(403);
  await context.close();
});

test("an administrator looks at what waits, rejects it with a reason, and finds that in the trail", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const database = await connectDatabase();
  const { db } = database;
  try {
    await reconcile({ database: async () => database, store: localArtifactStore() });
    const run = await createRun(db, { trigger: "command", key: "review", source: "inbox", config: demo });
    const { version: _, serial: __, createdAt: ___, ...manifest } = (await readBaselineManifest()).manifest;
    await requestReview(db, {
      runId: run.id,
      manifest,
      expectedChampionSerial: 1,
      actor: "loop",
    });
    await addUser(db, "grace@example.org", "admin");
    await signIn(page, "grace@example.org");
    await expect(page).toHaveURL(/\/account$/);
    await page.getByRole("link", { name: "Models" }).click();
    const waiting = page.locator(`[data-waiting="${run.id}"]`);
    await checkPage(page, "models");
    await waiting.getByRole("button", { name: "Look" }).click();
    await expect(page.getByRole("dialog")).toContainText("held-out patients");
    await checkPage(page, "model-details");
    await page.keyboard.press("Escape");
    await waiting.getByRole("button", { name: "Reject" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why?").fill("Its training set lacks our machine");
    await checkPage(page, "reject");
    await dialog.getByRole("button", { name: "Reject" }).click();
    await expect(waiting).toHaveCount(0);
    await page.goto("/audit");
    const event = page.locator("[data-event='model_version.rejected']");
    await expect(event).toContainText("grace@example.org");
    await expect(event).toContainText("Its training set lacks our machine");
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await expect(page.locator("[data-chain=holds]")).toBeVisible();
    await checkPage(page, "audit");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export as CSV" }).click(),
    ]);
    const csv = await readFile(await file.path(), "utf8");
    expect(csv).toMatch(/^id,at,action,actor,entity,details,hash\r\n/);
    expect(csv).toContain("model_version.rejected");
    await page.getByLabel("Person, version or run").fill("nobody of that name");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(page.getByText("Nothing matches.")).toBeVisible();
    expect(await verifyAuditChain(db)).toMatchObject({ brokenAt: null, unchained: 0 });
  } finally {
    await database.close();
  }
});
