import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type ConnectedDatabase, connectDatabase } from "@/lib/node/connect-database";
import { inDataDirectory } from "@/lib/node/data-directory";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { evenPatients, writeDataset } from "@/lib/server/testing/installation-files";
import { annotateRun } from "@/lib/server/training-runs/annotate";
import { createRun, endRun, enterStage, startRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { addUser, checkPage, enterPassword } from "./dashboard";
import { expect, openReading, test } from "./journey";

const email = `rosa-${Date.now().toString(36)}@example.org`;

async function startTrainer(): Promise<ChildProcess> {
  const trainer = spawn(process.execPath, ["--import", "tsx", "e2e/slow-trainer.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TRAINER_PORT: "0" },
  });
  await once(trainer.stdout, "data");
  return trainer;
}

async function failedRun({ db }: ConnectedDatabase): Promise<string> {
  const run = await createRun(db, {
    trigger: "schedule",
    key: "journey of runs",
    source: "inbox",
    config: { ...demo, preset: "full", seed: 7 },
  });
  await startRun(db, run.id);
  await enterStage(db, run.id, "train");
  const reason = "The trainer at 127.0.0.1:7461 gave no answer.";
  await endRun(db, run.id, { state: "failed", reason, errorCode: "TRAINER_UNREACHABLE" });
  return run.id;
}

test("an administrator starts a run, watches its stages, cancels it, retries, tags, finds and compares", async ({
  page,
}) => {
  const database = await connectDatabase();
  const trainer = await startTrainer();
  try {
    await reconcile({ database: async () => database, store: localArtifactStore() });
    await writeDataset(inDataDirectory("inbox"), evenPatients(4));
    const failed = await failedRun(database);
    await addUser(database.db, email, "admin");
    await page.goto("/activity");
    await expect(page).toHaveURL(/\/sign-in\?next=%2Fruns/);
    await enterPassword(page, email);
    await expect(page).toHaveURL(/\/runs$/);
    await expect(page.locator(`tr[data-run="${failed}"]`)).toContainText("Failed");

    await page.getByRole("button", { name: "Schedule" }).click();
    await expect(page.getByRole("dialog")).toContainText("Paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByRole("dialog").getByRole("listitem")).toHaveCount(3);
    await checkPage(page, "schedule");
    await page.getByRole("button", { name: "Pause" }).click();
    await expect(page.getByRole("dialog")).toContainText("None while it is paused.");
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Start a run" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Preset").selectOption("demo");
    await form.getByLabel("Epochs", { exact: true }).fill("999");
    await expect(form.getByRole("button", { name: "Start", exact: true })).toBeDisabled();
    await form.getByLabel("Epochs", { exact: true }).fill("3");
    await expect(form).toContainText("1 value differs from the preset.");
    await checkPage(page, "start-run");
    await form.getByRole("button", { name: "Start", exact: true }).dblclick();
    await expect(page).toHaveURL(/\/runs\/run-/);
    const first = new URL(page.url()).pathname.split("/").at(-1) as string;
    await expect(page.locator("[data-stage='train']")).toContainText("goes on");
    await expect(page.getByRole("progressbar")).toBeVisible();
    await expect(page.getByText(/epoch \d+ of 400/).first()).toBeVisible();
    await checkPage(page, "run-training");

    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByLabel("Why?").fill("The wrong number of epochs");
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await expect(page.locator("[data-state='cancelled']")).toBeVisible();
    await expect(page.getByText(`Cancelled by ${email}: The wrong number of epochs`).first()).toBeVisible();

    await page.getByRole("button", { name: "Retry with changes" }).click();
    await page.getByRole("dialog").getByLabel("Epochs", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expect(page.getByText("Retry of")).toBeVisible();
    const second = new URL(page.url()).pathname.split("/").at(-1) as string;
    expect(second).not.toBe(first);
    await page.getByLabel("New tag").fill("=two epochs");
    await page.getByRole("button", { name: "Add" }).click();
    await expect(page.getByRole("button", { name: "Remove =two epochs" })).toBeVisible();
    await expect(page.locator("[data-stage='train']")).toBeVisible();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByLabel("Why?").fill("Seen enough");
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await expect(page.locator("[data-state='cancelled']")).toBeVisible();
    await checkPage(page, "run-cancelled");

    const notes = page.getByRole("textbox", { name: "Notes" });
    await notes.fill("Two epochs are enough.");
    const theirs = { value: "Two epochs are too few.", seen: "" };
    await annotateRun(database.db, { id: second, notes: theirs, actor: "bob@example.org" });
    await expect(page.locator("[data-their-notes]")).toContainText(theirs.value);
    await expect(page.getByText("Last changed by bob@example.org")).toBeVisible();
    await checkPage(page, "run-notes-changed");
    await page.getByRole("button", { name: "Replace theirs with mine" }).click();
    await page.getByRole("button", { name: "Save the notes" }).click();
    await expect(page.getByText(`Last changed by ${email}`)).toBeVisible();
    await expect(notes).toHaveValue("Two epochs are enough.");

    await page.getByRole("link", { name: "All runs" }).click();
    const row = (id: string) => page.locator(`tr[data-run="${id}"]`);
    await expect(row(second)).toContainText("=two epochs");
    await checkPage(page, "runs");
    await row(failed).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    const compare = page.getByRole("main").getByRole("link", { name: "Compare" });
    await expect(compare).toHaveAttribute("href", /\/compare\?ids=run-[^,]+,run-/);
    await page.getByRole("searchbox").fill("WRONG NUMBER");
    await expect(page).toHaveURL(/text=WRONG\+NUMBER/);
    await expect(page.locator("tbody tr")).toHaveCount(1);
    await expect(row(first)).toBeVisible();
    await page.getByRole("button", { name: "Views", exact: true }).click();
    await page.getByLabel("Name of the view").fill("Wrong numbers");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("button", { name: "Wrong numbers", exact: true })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").fill("");
    await expect(row(second)).toBeVisible();
    await page.getByRole("button", { name: "Views", exact: true }).click();
    await page.getByRole("button", { name: "Wrong numbers", exact: true }).click();
    await expect(row(second)).toBeHidden();
    await expect(page.getByRole("searchbox")).toHaveValue("WRONG NUMBER");
    const csv = await page.request.get(`/api/runs/export?tags=${encodeURIComponent("=two epochs")}`);
    expect(await csv.text()).toContain("'=two epochs");
    expect((await page.request.get(`/api/runs/${first}/..%2Fjob.json`)).status()).toBe(404);
  } finally {
    trainer.kill("SIGTERM");
    await rm(inDataDirectory("inbox"), { recursive: true, force: true });
    await database.close();
  }
});

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
