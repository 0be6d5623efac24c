import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { desc, eq } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { auditEvents, datasetJobs, trainingRuns } from "@/drizzle/schema";
import type { Digest } from "@/lib/artifacts/store";
import { chunkBytes, type UploadedFile } from "@/lib/dataset/upload-plan";
import { digestOf } from "@/lib/manifest";
import { walkFiles } from "@/lib/node/walk-files";
import { summariseChanges } from "@/lib/server/dataset-versions/changes";
import { deleteDatasetVersion } from "@/lib/server/dataset-versions/delete";
import { versionDetails } from "@/lib/server/dataset-versions/details";
import { listImages } from "@/lib/server/dataset-versions/images";
import { listVersionPage } from "@/lib/server/dataset-versions/list";
import { makeCurrent } from "@/lib/server/dataset-versions/make-current";
import { serveThumbnail } from "@/lib/server/dataset-versions/serve-thumbnail";
import { patientsFrom, writeDataset } from "@/lib/server/testing/installation-files";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createRun } from "@/lib/server/training-runs/runs";
import { trainingConfig } from "@/lib/training/training-config";
import { cancelUpload, sweepUploads } from "./end-uploads";
import { createJobRunner, type JobRunner } from "./job-runner";
import { cancelJob, listJobs } from "./jobs";
import { listOpenUploads, uploadProgress } from "./list-uploads";
import { receiveChunk } from "./receive-chunk";
import { importPointer, importUpload, startCheck } from "./start-job";
import { startUpload } from "./start-upload";
import { uploadFile, uploadFolder } from "./upload-folder";

configure({ useWebWorkers: false });
const actor = "ada@example.org";
const limits = { maxUploadBytes: 1e9, freeBytes: async () => 1e12 };
let here: TestDeployment;
let runner: JobRunner;

withDeployment("file", { patients: patientsFrom(1, 60) }, (made) => {
  here = made;
  runner = createJobRunner(
    { database: async () => here.database, store: here.store },
    { dataRemote: undefined, maxBadShare: undefined, log: () => undefined },
  );
});
afterAll(async () => {
  runner.stop();
});

interface Sendable {
  files: UploadedFile[];
  bytes: Uint8Array;
}

async function folderOf(folder: string): Promise<Sendable> {
  const files: UploadedFile[] = [];
  const parts: Uint8Array[] = [];
  for await (const found of walkFiles([{ typed: "x", path: folder }])) {
    if (!("blob" in found)) continue;
    const bytes = new Uint8Array(await found.blob.arrayBuffer());
    parts.push(bytes);
    files.push({ path: found.path.slice(2), sizeBytes: bytes.byteLength });
  }
  return { files, bytes: Buffer.concat(parts) };
}

async function zipOf({ files, bytes }: Sendable, extra: [string, Uint8Array][] = []): Promise<Sendable> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  let at = 0;
  for (const { path: name, sizeBytes } of files) {
    await writer.add(`set/${name}`, new Uint8ArrayReader(bytes.subarray(at, at + sizeBytes)));
    at += sizeBytes;
  }
  for (const [name, content] of extra) await writer.add(name, new Uint8ArrayReader(content));
  const zip = await writer.close();
  return { files: [{ path: "set.zip", sizeBytes: zip.byteLength }], bytes: zip };
}

async function begin(
  sent: Sendable,
  kind: "archive" | "folder",
  fingerprint: string = `of-${kind}-${Math.random()}`,
) {
  return startUpload(here.db, { name: "set", kind, files: sent.files, fingerprint, actor }, limits);
}

async function send(uploadId: string, { bytes }: Sendable): Promise<void> {
  for (let index = 0; index * chunkBytes < bytes.byteLength; index++) {
    const piece = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    await receiveChunk(here.db, { uploadId, index, digest: await digestOf(piece), bytes: piece });
  }
}

async function importWhole(sent: Sendable, kind: "archive" | "folder", addTo?: string) {
  const { id } = await begin(sent, kind);
  await send(id, sent);
  const jobId = await importUpload(here.db, { uploadId: id, name: "set", excludedFolders: [], addTo, actor });
  await runner.wake();
  return { uploadId: id, job: await jobOf(jobId) };
}

async function jobOf(id: string) {
  const [job] = await here.db.select().from(datasetJobs).where(eq(datasetJobs.id, id));
  if (!job) throw new Error(`no job ${id}`);
  return job;
}

async function lastEvent() {
  const [event] = await here.db.select().from(auditEvents).orderBy(desc(auditEvents.id)).limit(1);
  return event;
}

describe("an upload", () => {
  it("takes its pieces in any order, twice, and no others; it goes on where it was", async () => {
    const bytes = new Uint8Array(chunkBytes + 1000).map((_, at) => (at * 31) % 251);
    const sent = { files: [{ path: "a.zip", sizeBytes: bytes.byteLength }], bytes };
    const { id } = await begin(sent, "archive", "the same choice");
    expect((await begin(sent, "archive", "the same choice")).id).toBe(id);
    const [first, second] = [bytes.subarray(0, chunkBytes), bytes.subarray(chunkBytes)];
    const put = async (index: number, piece: Uint8Array, digest?: Digest) =>
      receiveChunk(here.db, { uploadId: id, index, digest: digest ?? (await digestOf(piece)), bytes: piece });
    await put(1, second);
    await put(1, second);
    await expect(put(0, first, await digestOf(second))).rejects.toMatchObject({
      code: "UPLOAD_CHUNK_DAMAGED",
    });
    await expect(put(0, second)).rejects.toMatchObject({ code: "UPLOAD_CHUNK_DAMAGED" });
    await expect(put(2, second)).rejects.toMatchObject({ code: "UPLOAD_CHUNK_DAMAGED" });
    await expect(
      put(
        1,
        second.map((byte) => byte ^ 1),
      ),
    ).rejects.toMatchObject({ code: "UPLOAD_FILE_CHANGED" });
    expect((await listOpenUploads(here.db)).map(({ receivedBytes }) => receivedBytes)).toEqual([1000]);
    const early = importUpload(here.db, { uploadId: id, name: "x", excludedFolders: [], actor });
    await expect(early).rejects.toMatchObject({ code: "UPLOAD_INCOMPLETE" });
    await put(0, first);
    expect((await uploadProgress(here.db, id)).chunks.map(({ index }) => index)).toEqual([0, 1]);
    expect(Buffer.compare(await readFile(uploadFile(id)), bytes)).toBe(0);
    await cancelUpload(here.db, id, actor);
    expect(existsSync(uploadFolder(id))).toBe(false);
    expect(await lastEvent()).toMatchObject({ action: "dataset_upload.cancelled", actor });
    await expect(put(0, first)).rejects.toMatchObject({ code: "UPLOAD_NOT_FOUND" });
  });

  it("is refused above the limits and with paths that lead elsewhere", async () => {
    const start = (files: UploadedFile[], limit: Partial<typeof limits> = {}) =>
      startUpload(
        here.db,
        { name: "x", kind: "folder", files, fingerprint: "12345678", actor },
        { ...limits, ...limit },
      );
    const file = { path: "NORMAL/a.png", sizeBytes: 1000 };
    for (const files of [
      [{ ...file, path: "../a.png" }],
      [{ ...file, path: "/etc/passwd" }],
      [{ ...file, path: "NORMAL\\a.png" }],
      [{ ...file, path: "NORMAL/a\u0000.png" }],
      [file, file],
      [{ ...file, sizeBytes: 0 }],
    ])
      await expect(start(files), JSON.stringify(files)).rejects.toMatchObject({ code: "UPLOAD_REFUSED" });
    await expect(start([file], { maxUploadBytes: 999 })).rejects.toMatchObject({ code: "UPLOAD_REFUSED" });
    await expect(start([file], { freeBytes: async () => 600 * 1024 ** 2 })).resolves.toBeTruthy();
    await expect(
      startUpload(
        here.db,
        { name: "x", kind: "folder", files: [file], fingerprint: "another one", actor },
        { ...limits, freeBytes: async () => 512 * 1024 ** 2 },
      ),
    ).rejects.toMatchObject({ code: "UPLOAD_REFUSED" });
    // Two days later nobody has come back for it.
    const [open] = await listOpenUploads(here.db);
    await sweepUploads(here.db, new Date(Date.now() + 49 * 3_600_000));
    expect(await listOpenUploads(here.db)).toEqual([]);
    expect(existsSync(uploadFolder(open?.id ?? ""))).toBe(false);
    expect(await lastEvent()).toMatchObject({ action: "dataset_upload.expired", entityId: open?.id });
  });
});

describe("an import", () => {
  it("makes a checked version that is not current, which then is made current, used, and not deleted", async () => {
    const folder = await folderOf(here.dataset);
    const zip = await zipOf(folder, [["set/NORMAL/IM-999-0001.png", new Uint8Array([1, 2, 3])]]);
    const { job, uploadId } = await importWhole(zip, "archive");
    expect(job).toMatchObject({ state: "succeeded", errorCode: null });
    expect(job.summary).toMatchObject({ images: 60, newImages: 60, wasKnown: false });
    expect(job.summary?.badFiles.named).toMatchObject([{ path: "NORMAL/IM-999-0001.png" }]);
    expect(existsSync(uploadFolder(uploadId))).toBe(false);
    const digest = job.datasetDigest as Digest;
    const { rows, total, current } = await listVersionPage(
      here.db,
      { text: "set" },
      { offset: 0, limit: 10 },
    );
    expect({ total, current }).toEqual({ total: 1, current: null });
    expect(rows[0]).toMatchObject({ digest, name: "set", check: "warnings", badFiles: 1, runs: 0 });
    expect((await listVersionPage(here.db, { check: "failed" }, { offset: 0, limit: 10 })).total).toBe(0);

    // The same files as a folder are the same version.
    const again = await importWhole(folder, "folder");
    expect(again.job.summary).toMatchObject({ digest, newImages: 0, wasKnown: true });

    await makeCurrent(here.db, { digest, actor, reason: "the first data", expectedCurrent: null });
    expect(await lastEvent()).toMatchObject({
      action: "dataset_version.made_current",
      actor,
      details: { reason: "the first data", before: null, check: "warnings" },
    });
    const stale = makeCurrent(here.db, { digest, actor, expectedCurrent: null });
    await expect(stale).resolves.toBeUndefined();

    await writeDataset(path.join(here.folder, "more"), patientsFrom(701, 4));
    const added = await importWhole(await folderOf(path.join(here.folder, "more")), "folder", "current");
    const second = added.job.datasetDigest as Digest;
    expect(added.job.summary).toMatchObject({ images: 64, newImages: 4 });
    await expect(
      makeCurrent(here.db, { digest: second, actor, expectedCurrent: null }),
    ).rejects.toMatchObject({
      code: "DATASET_CURRENT_CHANGED",
    });
    const changes = await summariseChanges(here, { before: "current", after: second });
    expect(changes).toMatchObject({ counts: { added: 4, removed: 0, unchanged: 60 }, unchecked: [] });
    expect(changes.comparison?.change.addedImages).toBe(4);
    expect(await summariseChanges(here, { before: "current", after: second })).toEqual(changes);

    const run = await createRun(here.db, {
      trigger: "command",
      key: "uses it",
      source: second,
      config: trainingConfig("demo", []),
    });
    await here.db.update(trainingRuns).set({ datasetDigest: second }).where(eq(trainingRuns.id, run.id));
    for (const [of, why] of [
      [digest, /current version/],
      [second, new RegExp(run.id)],
    ] as const)
      await expect(
        deleteDatasetVersion(here.db, { digest: of, actor, reason: "why not" }),
      ).rejects.toMatchObject({
        code: "DATASET_IN_USE",
        message: expect.stringMatching(why),
      });
    expect((await versionDetails(here, second)).referrers.runs).toMatchObject({
      total: 1,
      shown: [{ id: run.id }],
    });
    // A run that has not begun names it as its source.
    await here.db
      .update(trainingRuns)
      .set({ datasetDigest: null, source: second.slice(0, 20) })
      .where(eq(trainingRuns.id, run.id));
    const remove = () => deleteDatasetVersion(here.db, { digest: second, actor, reason: "why not" });
    await expect(remove()).rejects.toMatchObject({ message: expect.stringContaining(run.id) });
    await here.db.update(trainingRuns).set({ state: "failed" }).where(eq(trainingRuns.id, run.id));
    const adding = { id: randomUUID(), kind: "upload", title: "more.zip", actor } as const;
    await here.db.insert(datasetJobs).values({ ...adding, input: { addTo: second } });
    await expect(remove()).rejects.toMatchObject({ message: expect.stringContaining("import of more.zip") });
    await here.db.delete(datasetJobs).where(eq(datasetJobs.id, adding.id));
    await deleteDatasetVersion(here.db, { digest: second, actor, reason: "a trial" });
    expect(await lastEvent()).toMatchObject({
      action: "dataset_version.deleted",
      details: { reason: "a trial" },
    });
    // Its files are still there, and nobody is shown them.
    const { rows: images } = await listImages(here.store, second, {}, { offset: 0, limit: 1 });
    const asked = { digest: second.slice(7), image: images[0]?.digest.slice(7) ?? "" };
    await expect(serveThumbnail(new Request("http://here/"), asked, here)).rejects.toMatchObject({
      code: "ARTIFACT_NOT_FOUND",
    });
  });

  it("that cannot be done says why and leaves nothing behind; one that was cancelled makes nothing", async () => {
    const text = new TextEncoder().encode("no archive");
    const { job, uploadId } = await importWhole(
      { files: [{ path: "a.zip", sizeBytes: text.byteLength }], bytes: text },
      "archive",
    );
    expect(job).toMatchObject({ state: "failed", errorCode: expect.any(String) });
    expect(existsSync(uploadFolder(uploadId))).toBe(false);
    expect(await lastEvent()).toMatchObject({ action: "dataset_job.failed", actor, entityId: job.id });

    const absent = await importPointer(here.db, { pointer: path.join(here.folder, "no.dvc"), actor });
    await cancelJob(here.db, absent, actor);
    const lost = await importPointer(here.db, { pointer: path.join(here.folder, "no.dvc"), actor });
    await runner.wake();
    expect(await jobOf(absent)).toMatchObject({ state: "cancelled" });
    expect(await jobOf(lost)).toMatchObject({ state: "failed", errorCode: "DATA_OBJECT_MISSING" });
    await expect(cancelJob(here.db, lost, actor)).rejects.toMatchObject({ code: "DATASET_JOB_NOT_FOUND" });
    expect((await listJobs(here.db, { offset: 0, limit: 1 })).rows).toMatchObject([{ id: lost }]);
  });

  it("whose process died is done again", async () => {
    const id = await startCheck(here.db, { version: "current", actor });
    expect(await startCheck(here.db, { version: "current", actor })).toBe(id);
    const long = new Date(Date.now() - 60_000);
    await here.db
      .update(datasetJobs)
      .set({ state: "running", heartbeatAt: long })
      .where(eq(datasetJobs.id, id));
    await runner.wake();
    expect(await jobOf(id)).toMatchObject({ state: "succeeded" });
  });
});

describe("a thumbnail", () => {
  it("is drawn for an image of the version, asked for anew each time, and for nothing else", async () => {
    const { rows, total } = await listImages(
      here.store,
      (await versionDetails(here, "current")).digest,
      { label: 1 },
      { offset: 0, limit: 5 },
    );
    expect(total).toBe(30);
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["digest", "index", "label", "sizeBytes", "split"]);
    const version = (await versionDetails(here, "current")).digest.slice(7);
    const ask = (image: string, headers = {}) =>
      serveThumbnail(new Request("http://here/", { headers }), { digest: version, image }, here);
    const image = rows[0]?.digest.slice(7) ?? "";
    const answer = await ask(image);
    expect(answer.headers.get("cache-control")).toBe("private, no-cache");
    expect([...new Uint8Array(await answer.arrayBuffer()).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    const known = await ask(image, { "if-none-match": answer.headers.get("etag") ?? "" });
    expect(known.status).toBe(304);
    await writeFile(path.join(here.folder, "secret"), "x");
    const { digest: other } = await here.store.put(new TextEncoder().encode("no image of this version"));
    for (const wrong of [other.slice(7), "../../secret", "0".repeat(64)])
      await expect(ask(wrong)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    await rm(path.join(here.folder, "secret"));
  });
});
