import { readdirSync } from "node:fs";
import { rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { desc, eq } from "drizzle-orm";
import { afterEach, expect, it, vi } from "vitest";
import { auditEvents, imageMeasures } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { findFileByMd5, md5Of } from "@/lib/node/file-facts";
import { folderSource } from "@/lib/node/folder-source";
import { checkDatasetVersion } from "@/lib/server/dataset-versions/check";
import { deleteDatasetVersion } from "@/lib/server/dataset-versions/delete";
import { importWholeFolder } from "@/lib/server/dataset-versions/import-source";
import { listDatasetVersions, recordDatasetVersion } from "@/lib/server/dataset-versions/record";
import { thumbnailOf } from "@/lib/server/dataset-versions/thumbnail";
import { evenPatients, patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createCaller } from "@/lib/server/trpc/router";
import { pruneData } from "./prune-data";
import { pruneDataInTurn } from "./prune-data-in-turn";

const days = 30;
const later = new Date(Date.now() + 31 * 24 * 60 * 60_000);
const nothing = { images: 0, otherFiles: 0, documents: 0, thumbnails: 0, sizeBytes: 0 };
let here: TestDeployment;
let kept: Digest;

withDeployment("test", { patients: evenPatients(1) }, async (made) => {
  here = made;
  await writeFile(path.join(here.dataset, "notes.txt"), "who took these, and when");
  kept = (await addVersion()).digest;
});

afterEach(() => {
  vi.useRealTimers();
});

const prune = (store: ArtifactStore = here.store) =>
  pruneData({ db: here.db, store }, { days, actor: "test", now: later });

/** The folder as it is now, imported and on record. */
async function addVersion() {
  const { listingDigest: digest, ...imported } = await importFolder();
  await recordDatasetVersion(here, { digest, ...imported, source: here.dataset });
  return { digest, ...imported };
}

async function importFolder() {
  return importWholeFolder(await folderSource(here.dataset), here.store);
}

/** A version with two images more and another note, deleted; what only it held. */
async function deletedVersion() {
  await writeDataset(here.dataset, patientsFrom(701, 2));
  await writeFile(path.join(here.dataset, "notes.txt"), "another note");
  const { digest, listing } = await addVersion();
  await checkDatasetVersion(here, digest);
  const images = listing.cases.filter(({ path }) => /70[12]\D/.test(path)).map((item) => item.digest);
  await thumbnailOf(here.store, { version: digest, image: images[0] as Digest, size: "small" });
  await deleteDatasetVersion(here.db, { digest, actor: "test", reason: "a trial" });
  return { digest, images };
}

async function areThere(digests: readonly Digest[]): Promise<boolean[]> {
  return Promise.all(digests.map(async (digest) => (await here.store.stat(digest)) !== null));
}

async function lastCleaning() {
  const [event] = await here.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.action, "retention.cleaned"))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return event;
}

/** As if it had been stored in that moment. */
async function ageTo(at: Date, digest: Digest): Promise<void> {
  const hex = digest.slice("sha256:".length);
  await utimes(path.join(here.folder, "data/artifacts/sha256", hex.slice(0, 2), hex), at, at);
}

it("takes what only a deleted version held once its days are over, and leaves what another holds", async () => {
  const { digest, images } = await deletedVersion();
  const [image] = images as [Digest, Digest];
  const shared = parseListing(await here.store.get(kept)).cases.map((item) => item.digest);
  expect(await pruneData(here, { days, actor: "test" })).toEqual(nothing);
  expect(await lastCleaning()).toBeUndefined();

  const would = await pruneData(here, { days, actor: "test", now: later, dryRun: true });
  // The note and DVC's listing; our listing and the report.
  expect(would).toMatchObject({ images: 2, otherFiles: 2, documents: 2, thumbnails: 1 });
  expect(await areThere([digest, ...images])).toEqual([true, true, true]);

  expect(await prune()).toEqual(would);
  expect(await areThere([digest, ...images])).toEqual([false, false, false]);
  expect(await areThere([kept, ...shared])).not.toContain(false);
  expect(await findFileByMd5(here.store, md5Of(Buffer.from("who took these, and when")))).not.toBeNull();
  expect(await findFileByMd5(here.store, md5Of(Buffer.from("another note")))).toBeNull();
  expect(await here.db.select().from(imageMeasures).where(eq(imageMeasures.digest, image))).toEqual([]);
  const thumbnails = readdirSync(path.join(here.folder, "data/thumbnails"), { recursive: true });
  expect(thumbnails.filter((name) => String(name).endsWith(".png"))).toEqual([]);
  expect(await lastCleaning()).toMatchObject({
    actor: "test",
    entityId: "data",
    details: { ...would, days },
  });

  const { id } = (await lastCleaning()) ?? {};
  expect(await prune()).toEqual(nothing);
  expect((await lastCleaning())?.id).toBe(id);
  // The same files are imported as new ones.
  expect((await addVersion()).newImages).toBe(2);
});

it("leaves what a running import has just stored, or found in the store and counts on", async () => {
  const { images } = await deletedVersion();
  const [found, stored] = images as [Digest, Digest];
  await ageTo(new Date(0), found);
  await ageTo(new Date(later.getTime() - 1_000), stored);
  await importFolder();
  expect((await here.store.storedAt(found))?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  await ageTo(new Date(later.getTime() - 1_000), found);
  await ageTo(new Date(later.getTime() - 1_000), stored);
  expect(await prune()).toMatchObject({ images: 0 });
  expect(await areThere(images)).toEqual([true, true]);
});

it("never lets a version be recorded whose images it takes", async () => {
  const { images } = await deletedVersion();
  // An import that took longer than anything is kept.
  const { listingDigest: digest, ...imported } = await importFolder();
  let recording: Promise<unknown> | undefined;
  const pruned = await prune({
    ...here.store,
    async remove(gone) {
      recording ??= recordDatasetVersion(here, { digest, ...imported, source: "slow" }).catch(
        (error) => error,
      );
      await here.store.remove(gone);
    },
  });
  expect(pruned.images).toBe(2);
  expect(await recording).toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  expect(await areThere(images)).toEqual([false, false]);
  expect((await listDatasetVersions(here.db)).map((row) => row.digest)).toEqual([kept]);
});

it("goes on where it was cut off", async () => {
  const { images } = await deletedVersion();
  let removed = 0;
  const dying: ArtifactStore = {
    ...here.store,
    async remove(digest) {
      if (removed++ > 0) throw new Error("killed");
      await here.store.remove(digest);
    },
    async removePointer() {
      throw new Error("killed");
    },
  };
  await expect(prune(dying)).rejects.toThrow("killed");
  // What was to go is on record, what is left goes the next time, and nothing is left of it.
  expect(await lastCleaning()).toMatchObject({ details: { images: 2 } });
  const rest = await prune();
  expect(rest.images + rest.otherFiles).toBe(4);
  expect(await areThere(images)).toEqual([false, false]);
  expect(await prune()).toEqual(nothing);
});

it("takes nothing where it cannot tell what a version refers to", async () => {
  const { images } = await deletedVersion();
  const hex = kept.slice("sha256:".length);
  await rm(path.join(here.folder, "data/artifacts/sha256", hex.slice(0, 2), hex));
  await expect(prune()).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  expect(await areThere(images)).toEqual([true, true]);
  await expect(pruneData(here, { days: 0, actor: "test" })).rejects.toThrow("at least 1");
});

it("is counted on the settings' page, and goes behind its answer", async () => {
  const { images } = await deletedVersion();
  vi.useFakeTimers({ toFake: ["Date"], now: later });
  const userId = "00000000-0000-4000-8000-000000000000";
  const { settings } = createCaller({
    store: here.store,
    database: async () => here.database,
    trainer: () => Promise.reject(),
    caller: async () => ({
      kind: "user",
      userId,
      sessionId: userId,
      email: "a@example.org",
      name: "A",
      role: "admin",
    }),
  });
  expect(await settings.planDataCleaning()).toMatchObject({
    isAtWork: false,
    data: { images: 2, otherFiles: 2, documents: 2, thumbnails: 1 },
  });
  await settings.clean();
  expect(await settings.planDataCleaning()).toEqual({ isAtWork: true, data: null });
  // Pressed again, it is still the same one.
  await Promise.all([settings.clean(), pruneDataInTurn(here, "another")]);
  await pruneDataInTurn(here, "another");
  expect(await areThere(images)).toEqual([false, false]);
  expect(await lastCleaning()).toMatchObject({ actor: userId, entityId: "data", details: { images: 2 } });
  expect(await settings.planDataCleaning()).toEqual({ isAtWork: false, data: nothing });
});
