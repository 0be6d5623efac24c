import promises, { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { folderArtifactStore } from "./folder-artifact-store";

const bytes = new TextEncoder().encode("abc");
const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const digest: Digest = `sha256:${hex}`;
let folder: string;
let store: ArtifactStore;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "artifacts-"));
  store = folderArtifactStore(folder);
});
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await rm(folder, { recursive: true, force: true });
});

describe("folderArtifactStore", () => {
  it("keeps bytes under their digest", async () => {
    expect(await store.stat(digest)).toBeNull();
    expect(await store.put(bytes)).toEqual({ digest, sizeBytes: 3 });
    expect(await store.put(bytes)).toEqual({ digest, sizeBytes: 3 });
    expect(await store.stat(digest)).toEqual({ digest, sizeBytes: 3 });
    expect(new Uint8Array(await store.get(digest))).toEqual(bytes);
    expect(await readFile(path.join(folder, "sha256", "ba", hex), "utf8")).toBe("abc");
    expect(await readdir(path.join(folder, "tmp"))).toEqual([]);
  });

  it("streams a range", async () => {
    await store.put(bytes);
    expect(await new Response(await store.stream(digest, { start: 1, end: 2 })).text()).toBe("bc");
    expect(await new Response(await store.stream(digest)).text()).toBe("abc");
  });

  it("names what is missing, and refuses a digest that is a path", async () => {
    await expect(store.get(digest)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    await expect(store.stream(digest)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    await expect(store.get("sha256:../../etc/passwd")).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    await expect(store.writePointer("../x", "")).rejects.toThrow("pointer name");
  });

  it("notices a damaged file, and storing the bytes again repairs it", async () => {
    await store.put(bytes);
    await writeFile(path.join(folder, "sha256", "ba", hex), "abd");
    await expect(store.get(digest)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    await store.put(bytes);
    expect(new Uint8Array(await store.get(digest))).toEqual(bytes);
  });

  it("replaces pointers", async () => {
    expect(await store.readPointer("models/current")).toBeNull();
    await store.writePointer("models/current", "one");
    await store.writePointer("models/current", "two");
    expect(await store.readPointer("models/current")).toBe("two");
  });

  it("says that the disk is full, and where; nothing half-written stays", async () => {
    await store.writePointer("models/current", "one");
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    vi.spyOn(promises, "rename").mockRejectedValue(full);
    syncBuiltinESMExports();
    await expect(store.put(bytes)).rejects.toMatchObject({
      code: "DISK_FULL",
      message: expect.stringContaining(path.join(folder, "sha256", "ba", hex)),
    });
    await expect(store.writePointer("models/current", "two")).rejects.toMatchObject({
      code: "DISK_FULL",
    });
    expect(await store.stat(digest)).toBeNull();
    expect(await store.readPointer("models/current")).toBe("one");
    expect(await readdir(path.join(folder, "tmp"))).toEqual([]);
  });

  it("sweeps what killed processes left behind, but not what others are writing", async () => {
    await store.put(bytes);
    const old = path.join(folder, "tmp", "old.tmp");
    await writeFile(old, "half");
    await utimes(old, new Date(0), new Date(0));
    await writeFile(path.join(folder, "tmp", "new.tmp"), "half");
    await folderArtifactStore(folder).put(new Uint8Array([1]));
    expect(await readdir(path.join(folder, "tmp"))).toEqual(["new.tmp"]);
  });
});
