import { connectDatabase } from "@/lib/node/connect-database";
import { readBaselineManifest, readWeights } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { parseSafetensors, writeSafetensors } from "@/lib/safetensors/safetensors";
import { verifyAuditChain } from "@/lib/server/audit/verify-chain";
import { reconcile } from "@/lib/server/jobs/scheduler";
import { requestReview } from "@/lib/server/model-versions/review";
import { createRun } from "@/lib/server/training-runs/runs";
import { demo } from "@/lib/training/presets/demo";
import { addUser, checkPage, signIn } from "./dashboard";
import { expect, openReading, test, waitUntilReady } from "./journey";
import { readPublished, restorePublished } from "./test-model";

const store = localArtifactStore();

/** The version that came with the product, with weights that are others by a hair. */
async function otherWeights(): Promise<{ digest: `sha256:${string}`; sizeBytes: number }> {
  const { manifest } = await readBaselineManifest();
  const { weights } = parseSafetensors(await readWeights(store, manifest.weights.digest));
  const bias = weights.get("fc.bias");
  if (!bias) throw new Error("the model has no fc.bias");
  bias.data[0] = (bias.data[0] ?? 0) + 0.001;
  return store.put(writeSafetensors(weights, "F16"));
}

test("an administrator approves what waits, rolls back, revokes, and reads all of it in the trail; a viewer only looks", async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  const published = await readPublished();
  const database = await connectDatabase();
  const { db } = database;
  try {
    await reconcile({ database: async () => database, store });
    const champion = await db.query.modelVersions.findFirst({
      where: (row, { eq }) => eq(row.state, "champion"),
    });
    const before = champion?.version ?? "";
    const run = await createRun(db, { trigger: "command", key: "versions", source: "inbox", config: demo });
    const { version: _, serial: __, createdAt: ___, ...manifest } = (await readBaselineManifest()).manifest;
    await requestReview(db, {
      runId: run.id,
      manifest: { ...manifest, weights: { ...manifest.weights, ...(await otherWeights()) } },
      expectedChampionSerial: champion?.serial ?? 1,
      actor: "loop",
    });
    await addUser(db, "nora@example.org", "admin");
    await addUser(db, "nils@example.org", "viewer");
    const reader = await browser.newPage({ baseURL: test.info().project.use.baseURL });
    await openReading(reader);
    await waitUntilReady(reader);

    await signIn(page, "nora@example.org", "/models");
    const decide = async (label: string, why: string) => {
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Why?").fill(why);
      await dialog.getByRole("button", { name: label }).click();
      await expect(dialog).toHaveCount(0);
    };
    const inUse = page.locator("tr[data-version]", { hasText: "in use" });
    await page.locator(`[data-waiting="${run.id}"]`).getByRole("button", { name: "Approve" }).click();
    await decide("Approve", "Read by two of us on last month's images");
    await expect(page.locator(`[data-waiting="${run.id}"]`)).toHaveCount(0);
    await expect(inUse).toHaveCount(1);
    const approved = (await inUse.getAttribute("data-version")) ?? "";
    expect(approved).not.toBe(before);
    await reader.evaluate(() => window.dispatchEvent(new Event("focus")));
    await expect(reader.getByText(`Model version ${approved} is available.`)).toBeVisible();

    await page
      .locator(`tr[data-version="${before}"]`)
      .getByRole("button", { name: "Roll back to it" })
      .click();
    await decide("Roll back to it", "It calls too many children ill");
    await expect(page.locator(`tr[data-version="${approved}"]`)).not.toContainText("in use");
    await page.locator(`tr[data-version="${approved}"]`).getByRole("button", { name: "Revoke" }).click();
    await decide("Revoke", "Two labels of its training data were swapped");
    await expect(page.locator(`tr[data-version="${approved}"]`)).toContainText("Two labels");
    const restored = (await inUse.getAttribute("data-version")) ?? "";
    const served = await (await page.request.get("/api/models/current")).json();
    expect(served.manifest).toMatchObject({ version: restored, restoresVersion: before });
    await checkPage(page, "models-decided");

    await page.goto("/audit?text=nora");
    for (const [action, why] of [
      ["model_version.approved", "Read by two of us"],
      ["model_version.rolled_back", "too many children"],
      ["model_version.revoked", "Two labels"],
    ] as const)
      await expect(page.locator(`[data-event='${action}']`).first()).toContainText(why);
    expect(await verifyAuditChain(db)).toMatchObject({ brokenAt: null });

    const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
    const viewer = await context.newPage();
    await signIn(viewer, "nils@example.org", "/models");
    await expect(viewer.locator(`tr[data-version="${restored}"]`)).toBeVisible();
    await expect(viewer.getByRole("button", { name: "Revoke" })).toHaveCount(0);
    const forbidden = await viewer.request.post("/api/trpc/modelVersions.revoke", {
      headers: { origin: new URL(viewer.url()).origin },
      data: { json: { version: restored, reason: "I may not" } },
    });
    expect(forbidden.status()).toBe(403);
    await viewer.goto("/audit");
    await expect(viewer.locator("[data-event]")).toHaveCount(0);
    await context.close();
    await reader.close();
  } finally {
    await restorePublished(published);
    await database.close();
  }
});
