import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { writeDirListing } from "@/lib/dvc/dir-listing";
import { md5OfText } from "@/lib/dvc/md5";
import { objectPath, writePointer } from "@/lib/dvc/pointer-file";
import { writeRadiographDicom } from "@/lib/testing/dicom/radiograph-dicom";
import { encodePng } from "@/lib/testing/encode-png";
import { archiveSource } from "./archive-source";
import { folderRemote } from "./data-remotes/folder-remote";
import { findFileByMd5, md5Of } from "./file-facts";
import { folderArtifactStore } from "./folder-artifact-store";
import { folderSource, readLabelTable } from "./folder-source";
import { importFiles } from "./import-dataset";
import { openPointer, pointerSource } from "./pointer-source";

configure({ useWebWorkers: false });
let folder: string;
let store: ArtifactStore;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sources-"));
  store = folderArtifactStore(path.join(folder, "artifacts"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const picture = (n: number) => ({ width: 2, height: 2, data: Float32Array.from([n, 1, 2, 3]) });
const png = (n: number) => encodePng(picture(n));
const dicom = (n: number, patient?: string) =>
  writeRadiographDicom(picture(n), patient === undefined ? [] : [["00100020", "LO", patient]]);

async function writeFiles(files: Record<string, Uint8Array | string>): Promise<string> {
  const data = path.join(folder, "data");
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(data, name)), { recursive: true });
    await writeFile(path.join(data, name), bytes);
  }
  return data;
}

async function writeZip(files: Record<string, Uint8Array | string>): Promise<string> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, bytes] of Object.entries(files))
    await writer.add(name, new Uint8ArrayReader(typeof bytes === "string" ? Buffer.from(bytes) : bytes));
  const file = path.join(folder, "set.zip");
  await writeFile(file, await writer.close());
  return file;
}

describe("an archive", () => {
  it("gives the images of the public set as it is packed: wrapped, with a copy inside and a Mac's leavings", async () => {
    const set = {
      "train/NORMAL/IM-1-0001.png": png(1),
      "train/PNEUMONIA/person2_virus_1.png": png(2),
      "test/NORMAL/IM-3-0001.png": png(3),
    };
    const wrapped = Object.entries(set).flatMap(([name, bytes]) => [
      [`chest_xray/${name}`, bytes],
      [`chest_xray/chest_xray/${name}`, bytes],
      [`__MACOSX/chest_xray/${name.replace(/([^/]+)$/, "._$1")}`, "mac"],
    ]);
    const file = await writeZip({
      ...Object.fromEntries(wrapped),
      "chest_xray/.DS_Store": "\0\0\0\u0001Bud1",
    });
    const source = await archiveSource(file);
    expect(source.files.map((item) => item.path)).toEqual(Object.keys(set).sort());
    const imported = await importFiles(source, store);
    expect(imported).toMatchObject({ newImages: 3, badFiles: [], unlabelled: [] });
    expect(imported.files.map(({ label }) => label)).toEqual([0, 0, 1]);
    const fromFolder = await importFiles(await folderSource(await writeFiles(set)), store);
    expect(fromFolder.files).toEqual(imported.files);
    expect(fromFolder.newImages).toBe(0);
  });

  it("names a damaged file inside, and is refused where it is none", async () => {
    const file = await writeZip({ "NORMAL/a.png": png(1), "PNEUMONIA/b.png": "text" });
    const { badFiles, files } = await importFiles(await archiveSource(file), store, { maxBadShare: 0.5 });
    expect(badFiles.map((bad) => bad.path)).toEqual(["PNEUMONIA/b.png"]);
    expect(files).toHaveLength(1);
    await writeFile(file, "text");
    await expect(archiveSource(file)).rejects.toMatchObject({
      code: expect.stringMatching(/ARCHIVE|DATASET/),
    });
    await expect(archiveSource(path.join(folder, "none.zip"))).rejects.toMatchObject({
      code: "DATASET_NOT_FOUND",
    });
  });
});

describe("a folder with a table", () => {
  it("has the table's labels, patients and sides, and says which images it leaves out", async () => {
    const data = await writeFiles({
      "a.png": png(1),
      "sub/b.png": png(2),
      "c.png": png(3),
      "NORMAL/d.png": png(4),
    });
    await writeFile(
      path.join(data, "labels.csv"),
      "file,label,patient,split\na.png,1,p7,test\nsub/b.png,NORMAL,,\n",
    );
    const { files, unlabelled } = await importFiles(await folderSource(data), store);
    expect(files).toMatchObject([
      { path: "NORMAL/d.png", label: 0 },
      { path: "a.png", label: 1, patientId: "p7", split: "test" },
      { path: "sub/b.png", label: 0 },
    ]);
    expect(unlabelled).toEqual(["c.png"]);
  });

  it("must hold every file that the table names", async () => {
    const data = await writeFiles({ "a.png": png(1), "labels.csv": "file,label\na.png,1\ngone.png,0\n" });
    await expect(importFiles(await folderSource(data), store)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(/names 1 file.*gone\.png/),
    });
    await expect(readLabelTable(path.join(folder, "none.csv"))).rejects.toMatchObject({
      code: "DATASET_NOT_FOUND",
    });
  });
});

describe("DICOM files", () => {
  it("belong to the patient that they state, under a pseudonym, also when the store knows them already", async () => {
    const data = await writeFiles({
      "NORMAL/IM00001": dicom(1, "12345"),
      "NORMAL/1.2.840.10008.7": dicom(2, " 12345 "),
      "PNEUMONIA/x.dcm": dicom(3, "99"),
      "PNEUMONIA/y.dcm": dicom(4),
    });
    for (const newImages of [4, 0]) {
      const imported = await importFiles(await folderSource(data), store);
      expect(imported).toMatchObject({ newImages, badFiles: [] });
      const [first, second, third, fourth] = imported.files.map((file) => file.patientId);
      expect(first).toMatch(/^dicom-[0-9a-f]{16}$/);
      expect(second).toBe(first);
      expect(third).not.toBe(first);
      expect(fourth).toBeUndefined();
      expect(JSON.stringify(imported)).not.toContain("12345");
    }
  });
});

describe("a pointer", () => {
  async function remoteWith(files: Record<string, Uint8Array | string>, generation: 2 | 3 = 3) {
    const remote = folderRemote(path.join(folder, "remote"));
    const listed = Object.entries(files).map(([name, bytes]) => ({
      path: name,
      md5: md5Of(Buffer.from(bytes)),
      bytes,
    }));
    for (const { md5, bytes } of listed)
      await remote.write(objectPath(md5, "", generation), Buffer.from(bytes));
    const text = writeDirListing(listed);
    const md5 = md5OfText(text);
    await remote.write(objectPath(md5, ".dir", generation), Buffer.from(text));
    const pointer = path.join(folder, "set.dvc");
    const written = writePointer({ md5, path: "set" });
    await writeFile(pointer, generation === 2 ? written.replace("  hash: md5\n", "") : written);
    return { remote, pointer, listed, md5 };
  }
  const set = {
    "NORMAL/a.png": png(1),
    "PNEUMONIA/IM1": dicom(2),
    "NORMAL/notes": "text",
    "README.md": "text",
  };
  const read = async (pointer: string) =>
    importFiles(
      await pointerSource(await openPointer(pointer, { remote: path.join(folder, "remote") }), store),
      store,
      {
        keepsOthers: true,
      },
    );

  it.each([3, 2] as const)("of DVC %i brings images and everything beside them", async (generation) => {
    const { pointer, md5 } = await remoteWith(set, generation);
    const imported = await read(pointer);
    expect(imported.files.map((file) => file.path)).toEqual(["NORMAL/a.png", "PNEUMONIA/IM1"]);
    expect(imported.badFiles).toEqual([]);
    expect(md5OfText(writeDirListing(imported.dvcFiles))).toBe(md5);
  });

  it("is taken up where it was left, and needs no remote for what is here", async () => {
    const { pointer, remote, listed } = await remoteWith(set);
    const second = listed[1]?.md5 ?? "";
    const whole = await remote.read(objectPath(second));
    await remote.write(objectPath(second), Buffer.from("wrong"));
    await expect(read(pointer)).rejects.toMatchObject({
      code: "DATA_OBJECT_CORRUPT",
      message: expect.stringContaining("PNEUMONIA/IM1"),
    });
    expect(await findFileByMd5(store, second)).toBeNull();
    expect(await findFileByMd5(store, md5Of(Buffer.from("wrong")))).toBeNull();
    await remote.write(objectPath(second), whole ?? Buffer.from(""));
    await rm(path.join(folder, "remote", objectPath(listed[0]?.md5 ?? "")));
    expect((await read(pointer)).files).toHaveLength(2);
    await rm(path.join(folder, "remote"), { recursive: true });
    expect((await read(pointer)).files).toHaveLength(2);
  });

  it("ends at the signal, keeping what it had", async () => {
    const { pointer } = await remoteWith(set);
    const stop = new AbortController();
    const source = await pointerSource(
      await openPointer(pointer, { remote: path.join(folder, "remote") }),
      store,
    );
    const onProgress = () => stop.abort(new Error("stop"));
    await expect(
      importFiles({ ...source, readAhead: 1 }, store, { signal: stop.signal, onProgress }),
    ).rejects.toThrow("stop");
    expect(await findFileByMd5(store, md5Of(png(1)))).toMatchObject({ image: true });
  });

  it("that is absent is said to be", async () => {
    await expect(openPointer(path.join(folder, "none.dvc"))).rejects.toMatchObject({
      code: "DATA_OBJECT_MISSING",
    });
  });
});
