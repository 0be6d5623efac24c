import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { eq } from "drizzle-orm";
import { trainingRuns } from "@/drizzle/schema";
import { connectDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { importFolder } from "@/lib/node/import-dataset";
import { enterVersion } from "@/lib/server/dataset-versions/enter-version";
import { createRun } from "@/lib/server/training-runs/runs";
import { encodePng } from "@/lib/testing/encode-png";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { trainingConfig } from "@/lib/training/training-config";
import { addUser, checkPage, signIn } from "./dashboard";
import { expect, test } from "./journey";

configure({ useWebWorkers: false });

/** A class folder's path and its drawn radiograph; of both classes there is some on each side of the split. */
function drawn(index: number): [path: string, png: Uint8Array] {
  const pneumonia = index % 2 === 0;
  const image = drawSyntheticRadiograph({
    width: 160,
    height: 128 + (index % 5) * 8,
    seed: index,
    pneumonia,
  });
  const name = pneumonia ? `PNEUMONIA/person${index}_virus_${index}.png` : `NORMAL/IM-${index}-0001.png`;
  return [name, encodePng(image)];
}

async function zipOf(files: [string, Uint8Array][]): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, bytes] of files) await writer.add(`set/${name}`, new Uint8ArrayReader(bytes));
  return Buffer.from(await writer.close());
}

test("data: an archive is uploaded, looked at, compared and made current; a viewer sees no images", async ({
  page,
  browser,
}) => {
  test.setTimeout(180_000);
  const database = await connectDatabase();
  const { db } = database;
  const store = localArtifactStore();
  const folder = await mkdtemp(path.join(tmpdir(), "data-journey-"));
  try {
    const files = Array.from({ length: 60 }, (_, at) => drawn(at + 1));
    for (const [name, bytes] of files) {
      await mkdir(path.join(folder, "xrays", path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, "xrays", name), bytes);
    }
    const source = path.join(folder, "xrays");
    const imported = { ...(await importFolder(source, store)), dvcMd5: null };
    const { version } = await enterVersion({ db, store }, imported, {
      source,
      name: "Spring",
      actor: "test",
      current: "checked",
    });
    const spring = version.slice("sha256:".length, "sha256:".length + 12);
    for (const [email, role] of [
      ["dana@example.org", "admin"],
      ["vera@example.org", "viewer"],
    ] as const)
      await addUser(db, email, role);

    await signIn(page, "dana@example.org", "/data");
    await expect(page.locator("[data-current]")).toContainText("Spring");

    const more = [...files.slice(2), ...Array.from({ length: 40 }, (_, at) => drawn(at + 101))];
    const damaged: [string, Uint8Array] = ["NORMAL/IM-999-0001.png", new Uint8Array([1, 2, 3])];
    let lost = 0;
    await page.route("**/api/data/uploads/**", (route) => (lost++ === 0 ? route.abort() : route.continue()));
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.locator("input[type=file][accept*=zip]").setInputFiles({
      name: "autumn.zip",
      mimeType: "application/zip",
      buffer: await zipOf([...more, damaged]),
    });
    await page.getByLabel("Name of the version").fill("Autumn");
    await checkPage(page, "data-import");
    await page.getByRole("button", { name: "Upload and import" }).click();
    const job = page.locator("[data-job]").first();
    await expect(job).toHaveAttribute("data-job", "succeeded", { timeout: 60_000 });
    expect(lost).toBeGreaterThan(1);
    await expect(job).toContainText("1 file left out");
    await checkPage(page, "data");

    await job.getByRole("link", { name: "See the version" }).click();
    await expect(page.locator("[data-report]")).toBeVisible();
    await expect(page.locator("[data-rule=undecodable]")).toContainText("IM-999-0001.png");
    await expect(page.locator("figure canvas, figure svg").first()).toBeVisible();
    await checkPage(page, "data-report");
    const listing = page.waitForEvent("download");
    await page.getByRole("link", { name: "Listing (CSV)" }).click();
    expect((await listing).suggestedFilename()).toMatch(/^listing-[0-9a-f]{12}\.csv$/);

    await page.getByRole("link", { name: "Images", exact: true }).click();
    await page.getByLabel("Class").selectOption("PNEUMONIA");
    const thumbnails = page.locator("[data-image]");
    await expect(page.getByText("1–48 of 49")).toBeVisible();
    await expect(thumbnails).toHaveCount(48);
    await thumbnails.first().focus();
    await page.keyboard.press("ArrowRight");
    await expect(thumbnails.nth(1)).toBeFocused();
    const picture = thumbnails.nth(1).locator("img");
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(160);
    await checkPage(page, "data-images");
    const address = await thumbnails.first().locator("img").getAttribute("src");

    await page.getByRole("link", { name: "Difference" }).click();
    await expect(page.locator("[data-change=removed]")).toContainText("2");
    await expect(page.locator("[data-change=added]")).toContainText("40");
    await page.locator("[data-change=removed]").getByRole("button", { name: "Show" }).click();
    await page.getByRole("button", { name: "Show the images" }).click();
    await expect(page.getByRole("cell", { name: "NORMAL/IM-1-0001.png" })).toBeVisible();
    await checkPage(page, "data-difference");
    await page.getByRole("link", { name: "Lineage" }).click();
    await expect(page.getByText("No run has used it.")).toBeVisible();

    await page.getByRole("button", { name: "Make current" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why?").fill("The autumn's images are in it");
    await dialog.getByRole("button", { name: "Make current" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Make current" })).toHaveCount(0);
    await page.goto("/audit?action=dataset_version.made_current");
    await expect(page.locator("[data-event]").first()).toContainText("The autumn's images are in it");

    const config = trainingConfig("demo", []);
    const used = await createRun(db, { trigger: "command", key: "data journey", source: version, config });
    await page.goto(`/data/${spring}`);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const refused = dialog.locator("[data-referrer=runs]");
    await expect(refused.getByRole("link", { name: used.id })).toHaveAttribute("href", `/runs/${used.id}`);
    await checkPage(page, "data-delete-refused");
    await db.delete(trainingRuns).where(eq(trainingRuns.id, used.id));
    await page.reload();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByLabel("Why?").fill("The autumn has them all");
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page).toHaveURL(/\/data$/);
    await expect(page.locator("[data-current]")).toContainText("Autumn");
    await expect(page.getByRole("link", { name: "Spring" })).toHaveCount(0);

    const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
    const viewer = await context.newPage();
    await signIn(viewer, "vera@example.org", "/data/current?view=images");
    await expect(viewer.locator("[data-images=hidden]")).toBeVisible();
    expect((await viewer.request.get(address ?? "")).status()).toBe(403);
    expect((await page.request.get(address ?? "")).headers()["cache-control"]).toBe("private, no-cache");
    await expect(viewer.getByRole("link", { name: "Listing (CSV)" })).toHaveCount(0);
    await context.close();
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});
