import { readdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import { auditEvents, datasetReports, imageMeasures } from "@/drizzle/schema";
import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import { executeRun } from "@/lib/server/jobs/execute-run";
import { registerBaseline } from "@/lib/server/model-versions/register-baseline";
import { fakeTrainerClient } from "@/lib/server/testing/fake-trainer-client";
import { patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun, requireRun } from "@/lib/server/training-runs/runs";
import { encodePng } from "@/lib/testing/encode-png";
import { trainingConfig } from "@/lib/training/training-config";
import { decodeImage } from "@/lib/xray/decode-image";
import { checkDatasetVersion } from "./check";
import { compareDatasetVersions } from "./compare";
import { inboxFolder } from "./import-source";
import { currentDatasetVersion } from "./record";

let deployment: TestDeployment;
let trainer: ReturnType<typeof fakeTrainerClient>;
let lines: string[];

withDeployment("test", { patients: patientsFrom(1, 120) }, async (made) => {
  deployment = made;
  trainer = fakeTrainerClient({ store: deployment.store, skill: 0.9 });
  lines = [];
  await registerBaseline(deployment.db, deployment.store);
});

let runs = 0;

async function loop(source: string) {
  const { db, store, signingKey } = deployment;
  const config = trainingConfig("demo", ["epochs=1"]);
  const run = await createRun(db, { trigger: "command", key: `check:${++runs}`, source, config });
  const outcome = await executeRun(run.id, {
    db,
    store,
    signingKey,
    trainer: trainer.client,
    log: (line) => lines.push(line),
    follow: { firstPauseMs: 1, longestPauseMs: 2 },
  }).catch((error: unknown) => error);
  return { outcome, run: await requireRun(db, run.id) };
}

const sideOf = (name: string) => assignSplit(patientKey(name), defaultSalt);

/** A copy of a held-out NORMAL image, 5 % brighter, under a patient who is trained on. */
async function plantCopy(folder: string): Promise<{ original: string; copy: string }> {
  const names = readdirSync(path.join(folder, "NORMAL"));
  const original = names.find((name) => sideOf(name) === "test") ?? "";
  const free = Array.from({ length: 50 }, (_, n) => `IM-${5000 + n}-0001.png`);
  const copy = free.find((name) => sideOf(name) === "train") ?? "";
  const image = await decodeImage(await readFile(path.join(folder, "NORMAL", original)));
  const data = image.data.map((level) => Math.min(255, level * 1.05));
  await writeFile(path.join(folder, "NORMAL", copy), encodePng({ ...image, data }));
  return { original, copy };
}

/** How often images (not listings or reports) are read while `action` runs. */
async function imagesRead(action: () => Promise<unknown>): Promise<number> {
  const { db, store } = deployment;
  const get = vi.spyOn(store, "get");
  await action();
  const known = new Set((await db.select().from(imageMeasures)).map((row) => row.digest));
  const read = get.mock.calls.filter(([digest]) => known.has(digest)).length;
  get.mockRestore();
  return read;
}

it("a copy across the split ends the run with the rule and the pair; the good version stays current", async () => {
  const { db } = deployment;
  const inbox = inboxFolder();
  await writeDataset(inbox, patientsFrom(1, 120));
  const first = await loop(inbox);
  expect(first.run).toMatchObject({ state: "succeeded" });
  const current = await currentDatasetVersion(db);
  expect(current?.digest).toBe(first.run.datasetDigest);

  const { original, copy } = await plantCopy(inbox);
  trainer.client.start.mockClear();
  for (const attempt of [1, 2]) {
    let failed = first;
    const read = await imagesRead(async () => {
      failed = await loop(inbox);
    });
    expect(failed.outcome).toMatchObject({
      code: "DATASET_CHECK_FAILED",
      message: expect.stringMatching(
        new RegExp(`near-duplicate-across-splits: .*${original} .*test.*${copy} .*Remove one`),
      ),
    });
    expect(failed.run).toMatchObject({
      state: "failed",
      stage: "check data",
      errorCode: "DATASET_CHECK_FAILED",
    });
    // The new image is measured once, and the two candidates are compared once.
    expect(read).toBe(attempt === 1 ? 3 : 0);
    expect((await currentDatasetVersion(db))?.digest).toBe(current?.digest);
  }
  expect(trainer.client.start).not.toHaveBeenCalled();
  const checks = await db.select().from(auditEvents).where(eq(auditEvents.action, "dataset_version.checked"));
  expect(checks.map((event) => event.details.state)).toEqual(["passed", "failed"]);
  expect(await db.select().from(datasetReports)).toHaveLength(2);

  await rm(path.join(inbox, "NORMAL", copy));
  expect((await loop(inbox)).outcome).toMatchObject({ outcome: "skipped" });
});

it("a version is compared with the one before; another look at it reads nothing", async () => {
  const { db, store, dataset } = deployment;
  const first = (await loop(dataset)).run.datasetDigest;
  await writeDataset(dataset, patientsFrom(400, 3));
  await writeFile(path.join(dataset, "NORMAL", "broken.png"), "no picture");
  let second: typeof first = null;
  expect(
    await imagesRead(async () => {
      trainer.control.salt = "second";
      second = (await loop(dataset)).run.datasetDigest;
    }),
  ).toBeGreaterThan(3);
  if (!first || !second) throw new Error("both runs have a dataset version");
  const digest = second;
  let report = await checkDatasetVersion({ db, store }, digest);
  expect(await imagesRead(async () => (report = await checkDatasetVersion({ db, store }, digest)))).toBe(0);
  expect(report).toMatchObject({
    state: "warnings",
    previousDigest: first,
    counts: { images: 123 },
    change: { addedImages: 3, removedImages: 0, driftOfAdded: null },
  });
  expect(report.undecodable).toEqual([expect.objectContaining({ path: "NORMAL/broken.png" })]);
  expect(lines.some((line) => line.startsWith("warning: undecodable:"))).toBe(true);

  const comparison = await compareDatasetVersions({ db, store }, { before: first, after: second });
  expect(comparison).toMatchObject({
    before: { digest: first, state: "passed" },
    after: { digest: second, state: "warnings" },
    newProblems: [{ rule: "undecodable" }],
  });
  await expect(checkDatasetVersion({ db, store }, `sha256:${"0".repeat(64)}`)).rejects.toMatchObject({
    code: "DATASET_VERSION_NOT_FOUND",
  });
});
