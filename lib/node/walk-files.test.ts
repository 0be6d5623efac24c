import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileBytes, walkFiles } from "./walk-files";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "walk-files-"));
  for (const name of ["ward/a/IM10", "ward/a/IM2", "ward/b.dcm", "alone.png"]) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), name);
  }
  symlinkSync(path.join(folder, "ward"), path.join(folder, "ward/a/loop"));
  symlinkSync(path.join(folder, "alone.png"), path.join(folder, "ward/link.png"));
  symlinkSync(path.join(folder, "nowhere"), path.join(folder, "ward/broken"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function walk(...typed: string[]) {
  const found = [];
  for await (const item of walkFiles(typed.map((name) => ({ typed: name, path: path.join(folder, name) }))))
    found.push(item);
  return found;
}

describe("walkFiles", () => {
  it("gives files as typed and folders to the end, links once, and what is not there as a problem", async () => {
    const found = await walk("alone.png", "ward/", "absent");
    expect(
      found.map((item) => ("error" in item ? item.error.code : `${item.folder}|${item.name}|${item.path}`)),
    ).toEqual([
      "|alone.png|alone.png",
      "ward/a|IM2|ward/a/IM2",
      "ward/a|IM10|ward/a/IM10",
      "ward|b.dcm|ward/b.dcm",
      "FILE_NOT_FOUND",
      "ward|link.png|ward/link.png",
      "FILE_NOT_FOUND",
    ]);
  });

  it("reads pieces like a Blob", async () => {
    const blob = fileBytes(path.join(folder, "alone.png"), 0, 9);
    const text = async (bytes: ReturnType<typeof fileBytes>) =>
      new TextDecoder().decode(await bytes.arrayBuffer());
    expect(await text(blob)).toBe("alone.png");
    expect(await text(blob.slice(2, 5))).toBe("one");
    expect(await text(blob.slice(2, 50).slice(1, 3))).toBe("ne");
    expect(blob.slice(20, 30).size).toBe(0);
    expect(await text(fileBytes(path.join(folder, "alone.png"), 0, 1024))).toBe("alone.png");
  });
});
