import { describe, expect, it } from "vitest";
import { expand } from "@/lib/archive";
import { droppedFiles, sourceFilesOf } from "./dropped-files";

const file = (name: string) => Object.assign(new File([name], name), { webkitRelativePath: "" });
const fileEntry = (name: string, error?: Error) => ({
  name,
  isFile: true,
  isDirectory: false,
  file: (done: (opened: File) => void, fail: (reason: unknown) => void) =>
    error ? fail(error) : done(file(name)),
});

/** Gives its entries as browsers do: 100 at a time, then none. */
function folderEntry(name: string, children: object[], error?: Error) {
  const createReader = () => {
    let given = 0;
    return {
      readEntries(done: (part: object[]) => void, fail: (reason: unknown) => void) {
        if (error) fail(error);
        else done(children.slice(given, given + 100));
        given += 100;
      },
    };
  };
  return { name, isFile: false, isDirectory: true, createReader };
}

/** As in a browser, empty once the event is over. */
function transferOf(entries: { name: string }[]) {
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
  const transfer = { items, files: entries.map(({ name }) => file(name)) };
  setTimeout(() => {
    transfer.items = [];
    transfer.files = [];
  });
  return transfer as unknown as DataTransfer;
}

describe("droppedFiles", () => {
  it("walks folders to the end, in order, and keeps what cannot be opened for its own message", async () => {
    const many = Array.from({ length: 250 }, (_, n) => fileEntry(`${String(n).padStart(3, "0")}.dcm`));
    const files = await droppedFiles(
      transferOf([
        fileEntry("z.png"),
        folderEntry("ward", [
          fileEntry("b.dcm"),
          folderEntry("a", many.toReversed()),
          fileEntry("locked.dcm", new DOMException("no permission", "NotReadableError")),
          folderEntry("shut", [], new DOMException("folder is gone", "NotFoundError")),
        ]),
      ]),
    );
    const paths = files.map(({ folder, name }) => `${folder}/${name}`);
    expect(paths).toHaveLength(254);
    expect([...paths.slice(0, 3), ...paths.slice(249)]).toEqual([
      "/z.png",
      "ward/a/000.dcm",
      "ward/a/001.dcm",
      "ward/a/248.dcm",
      "ward/a/249.dcm",
      "ward/b.dcm",
      "ward/locked.dcm",
      "ward/shut",
    ]);
    expect(structuredClone(files.at(-1))).toMatchObject({ unreadable: "folder is gone" });
    const problems = [];
    for await (const found of expand(files.slice(-3))) if (found.kind === "problem") problems.push(found);
    expect(problems.map(({ name, error }) => `${name} ${error.code} ${error.message}`)).toEqual([
      expect.stringMatching(/^locked\.dcm FILE_UNREADABLE .*no permission/),
      expect.stringMatching(/^shut FILE_UNREADABLE .*folder is gone/),
    ]);
  });

  it("takes plain files as they are", async () => {
    expect(await droppedFiles(transferOf([fileEntry("a.png"), fileEntry("b.png")]))).toMatchObject([
      { name: "a.png", folder: "" },
      { name: "b.png", folder: "" },
    ]);
  });
});

describe("sourceFilesOf", () => {
  it("knows the folders of a folder picker", () => {
    const inFolder = Object.assign(file("a.dcm"), { webkitRelativePath: "study/series/a.dcm" });
    const alone = Object.assign(file("b.dcm"), { webkitRelativePath: "" });
    expect(sourceFilesOf([inFolder, alone])).toMatchObject([{ folder: "study/series" }, { folder: "" }]);
    expect(sourceFilesOf(null)).toEqual([]);
  });
});
