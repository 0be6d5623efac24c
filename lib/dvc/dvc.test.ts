import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dirMd5, parseDirListing, writeDirListing } from "./dir-listing";
import { md5OfText } from "./md5";
import { objectPath, parsePointer, writePointer } from "./pointer-file";
import { asHashedByDvc2 } from "./text-hash";

/**
 * mkdir -p d/NORMAL; echo a > d/NORMAL/é𝒳.txt; echo b > 'd/b "q.txt'; echo c > d/ﬀ.txt
 * dvc init --no-scm; dvc add d   (DVC 3.67.1) → d.dvc and .dvc/cache/files/md5/d2/60376c…dir
 */
const writtenByDvc = {
  pointer:
    "outs:\n- md5: d260376c075c7bfe0b492b3d0fcff2f6.dir\n  size: 6\n  nfiles: 3\n  hash: md5\n  path: d\n",
  listing:
    '[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "NORMAL/\\u00e9\\ud835\\udcb3.txt"}, ' +
    '{"md5": "3b5d5c3712955042212316173ccf37be", "relpath": "b \\"q.txt"}, ' +
    '{"md5": "2cd6ee2c70b0bde53fbe6cac3c8b8bb1", "relpath": "\\ufb00.txt"}]',
};
const files = [
  { path: "ﬀ.txt", md5: md5OfText("c\n") },
  { path: 'b "q.txt', md5: md5OfText("b\n") },
  { path: "NORMAL/é𝒳.txt", md5: md5OfText("a\n") },
];

describe("the listing of a folder", () => {
  it("is byte for byte what DVC writes, and so is its MD5", () => {
    expect(writeDirListing(files)).toBe(writtenByDvc.listing);
    expect(dirMd5(files)).toBe("d260376c075c7bfe0b492b3d0fcff2f6");
  });

  it("sorts by code point, as Python does and JavaScript does not", () => {
    const md5 = md5OfText("");
    const order = parseDirListing(
      writeDirListing([
        { path: "𝒳", md5 },
        { path: "ﬀ", md5 },
        { path: "a/b", md5 },
        { path: "a", md5 },
      ]),
      "x",
    );
    expect(order.map(({ path }) => path)).toEqual(["a", "a/b", "ﬀ", "𝒳"]);
  });

  it("comes back whole from any names, and in ASCII", () => {
    const names = fc.uniqueArray(
      fc
        .string({ unit: "binary", minLength: 1 })
        .filter((name) => !/[/\\\0]/.test(name) && name !== "." && name !== ".."),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(names, (paths) => {
        const given = paths.map((path) => ({ path: `x/${path}`, md5: md5OfText(path) }));
        const text = writeDirListing(given);
        expect(text).toMatch(/^[ -~]*$/);
        const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
        expect(parseDirListing(text, "x").sort(byPath)).toEqual(given.sort(byPath));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["{", "not JSON"],
    ["{}", "expected array"],
    ['[{"md5": "abc", "relpath": "a"}]', "md5"],
    ...["../a", "/a", "a/../../b", "a//b", "a\\\\b", "."].map((path) => [
      `[{"md5": "${md5OfText("")}", "relpath": "${path}"}]`,
      "not inside",
    ]),
    [`[${Array(2).fill(`{"md5": "${md5OfText("")}", "relpath": "a"}`)}]`, "twice"],
  ])("is refused: %s", (text, reason) => {
    expect(() => parseDirListing(text, "ab.dir")).toThrowError(
      expect.objectContaining({
        code: "DATA_LISTING_INVALID",
        message: expect.stringMatching(new RegExp(`ab\\.dir.*${reason}`, "s")),
      }),
    );
  });
});

describe("the .dvc file", () => {
  it("is read and written as DVC writes it", () => {
    const pointer = parsePointer(writtenByDvc.pointer, "d.dvc");
    expect(pointer).toEqual({ md5: dirMd5(files), sizeBytes: 6, fileCount: 3, path: "d", generation: 3 });
    expect(writePointer(pointer)).toBe(writtenByDvc.pointer);
    for (const path of ["no", "12", "a: b", "#x", "é 𝒳", `${"long ".repeat(40)}x`])
      expect(parsePointer(writePointer({ ...pointer, path }), "x").path).toBe(path);
  });

  it("names the dataset version only while the folder is the one it was written for", () => {
    const pointer = { md5: dirMd5(files), path: "d", listing: `sha256:${"a".repeat(64)}` as const };
    const text = writePointer(pointer);
    expect(parsePointer(text, "d.dvc").listing).toBe(pointer.listing);
    const changedByDvc = text.replace(`md5: ${pointer.md5}.dir`, `md5: ${md5OfText("other")}.dir`);
    expect(parsePointer(changedByDvc, "d.dvc").listing).toBeUndefined();
  });

  it("of DVC 2 is told by the hash it leaves out, and keeps its layout", () => {
    const text = `md5: 0123\nfrozen: true\ndesc: text\nouts:\n- md5: ${md5OfText("x")}.dir\n  size: 1\n  nfiles: 1\n  path: d\nmeta: {a: 1}\n`;
    expect(parsePointer(text, "d.dvc")).toMatchObject({ generation: 2, path: "d" });
    const md5 = "d260376c075c7bfe0b492b3d0fcff2f6";
    expect(objectPath(md5, ".dir")).toBe("files/md5/d2/60376c075c7bfe0b492b3d0fcff2f6.dir");
    expect(objectPath(md5, "", 2)).toBe("d2/60376c075c7bfe0b492b3d0fcff2f6");
  });

  const out = `md5: ${md5OfText("x")}.dir`;
  it.each([
    ["outs:\n- {", "d.dvc"],
    ["text", "object"],
    ["outs: []", "outs"],
    [`outs:\n- ${out}\n  path: a\n- ${out}\n  path: b\n`, "tracks 2 things"],
    [`outs:\n- ${out}\n  path: ../a\n`, "not beside it"],
    [`outs:\n- ${out}\n  hash: sha256\n  path: a\n`, "only md5"],
    [`outs:\n- md5: ${md5OfText("x")}\n  path: a\n`, "single file"],
    ["outs:\n- path: a\n  files: []\n", "no md5"],
  ])("is refused: %j", (text, reason) => {
    expect(() => parsePointer(text, "d.dvc")).toThrowError(
      expect.objectContaining({
        code: "DATA_POINTER_INVALID",
        message: expect.stringMatching(new RegExp(reason)),
      }),
    );
  });
});

describe("what DVC 2 hashed", () => {
  // dvc_data.hashfile.hash.file_md5(…, name="md5-dos2unix") of DVC 3.67.1 on the first text
  it("is text with LF line ends, and anything else as it is", () => {
    const hash = (text: string) =>
      createHash("md5")
        .update(asHashedByDvc2(Buffer.from(text)))
        .digest("hex");
    expect(hash("a\r\nb\r\rc\r\n")).toBe("8b8da711251b4548e21b0614aec75a5d");
    expect(md5OfText("a\nb\r\rc\n")).toBe("8b8da711251b4548e21b0614aec75a5d");
    expect(hash("\0a\r\n")).toBe(md5OfText("\0a\r\n"));
    const binary = Uint8Array.from([200, 201, 202, 13, 10]);
    expect(asHashedByDvc2(binary)).toBe(binary);
  });
});
