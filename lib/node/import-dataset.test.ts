import { renameSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { parseListing } from "@/lib/dataset/listing";
import { encodePng } from "@/lib/testing/encode-png";
import { folderArtifactStore } from "./folder-artifact-store";
import { importFolder } from "./import-dataset";

let folder: string;
let data: string;
let store: ArtifactStore;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "import-"));
  data = path.join(folder, "data");
  store = folderArtifactStore(path.join(folder, "artifacts"));
  for (const [className, name] of [
    ["NORMAL", (n: number) => `IM-${n}-0001.png`],
    ["PNEUMONIA", (n: number) => `person${n}_virus_${n}.png`],
  ] as const) {
    await mkdir(path.join(data, "train", className), { recursive: true });
    for (let n = 0; n < 50; n++) {
      const pixels = Float32Array.from([n, className.length, 3, 4]);
      await writeFile(
        path.join(data, "train", className, name(n)),
        encodePng({ width: 2, height: 2, data: pixels }),
      );
    }
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inData = (name: string) => path.join(data, "train", "NORMAL", name);

describe("importFolder", () => {
  it("stores every image and the listing, and finds nothing new the second time", async () => {
    const seen: number[] = [];
    const first = await importFolder(data, store, { onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(first).toMatchObject({ badFiles: [], newImages: 100 });
    expect(parseListing(await store.get(first.listingDigest))).toEqual(first.listing);
    for (const item of first.listing.cases) {
      expect((await store.get(item.digest)).byteLength).toBe(item.sizeBytes);
    }
    const second = await importFolder(data, store);
    expect(second).toMatchObject({ newImages: 0, listingDigest: first.listingDigest });
  });

  it("names single bad files and leaves them out; other files do not count", async () => {
    const before = await importFolder(data, store);
    await writeFile(inData("broken.png"), "text");
    await writeFile(inData("empty.jpg"), "");
    await writeFile(inData("notes.txt"), "text");
    const { badFiles, listingDigest } = await importFolder(data, store);
    expect(badFiles.map((file) => file.path)).toEqual(["train/NORMAL/broken.png", "train/NORMAL/empty.jpg"]);
    expect(badFiles.every((file) => file.reason.length > 10)).toBe(true);
    expect(listingDigest).toBe(before.listingDigest);
  });

  it("stops when too many are bad, and names some", async () => {
    for (let n = 0; n < 9; n++) await writeFile(inData(`broken${n}.png`), "text");
    await expect(importFolder(data, store)).rejects.toMatchObject({
      code: "DATASET_TOO_MANY_BAD_FILES",
      message: expect.stringMatching(/5\.0 %.*train\/NORMAL\/broken0\.png/),
    });
    await expect(importFolder(data, store, { maxBadShare: 0.1 })).resolves.toBeDefined();
  });

  it("names the folder that is absent, vanishes, or has an empty class", async () => {
    const absent = path.join(folder, "nowhere");
    await expect(importFolder(absent, store)).rejects.toMatchObject({
      code: "DATASET_NOT_FOUND",
      message: expect.stringContaining(absent),
    });
    await rm(path.join(data, "train", "PNEUMONIA"), { recursive: true });
    await expect(importFolder(data, store)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(new RegExp(`${data}.*PNEUMONIA`)),
    });
  });

  it.each([
    ["folder", () => data],
    ["file", () => inData("IM-30-0001.png")],
  ])("says so when a %s vanishes while it is read", async (_what, gone) => {
    const onProgress = ({ done }: { done: number }) => {
      if (done === 10) renameSync(gone(), `${gone()}.moved`);
    };
    await expect(importFolder(data, store, { onProgress })).rejects.toMatchObject({
      code: "DATASET_NOT_FOUND",
      message: expect.stringContaining("vanished"),
    });
  });
});
