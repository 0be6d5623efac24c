import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDirListing } from "@/lib/dvc/dir-listing";
import { dvcFormOf } from "@/lib/dvc/dvc-form";
import { md5OfText } from "@/lib/dvc/md5";
import { addToListing } from "./add-to-listing";
import { buildListing, type DatasetFile } from "./build-listing";
import { diffListings } from "./diff-listings";
import { parseLabelTable, writeLabelTable } from "./label-table";
import { type DatasetListing, listingDigest } from "./listing";

function file(path: string, content = path, more: Partial<DatasetFile> = {}): DatasetFile {
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}` as const;
  return { path, digest, sizeBytes: content.length, md5: md5OfText(content), ...more };
}

const base = buildListing(
  Array.from({ length: 60 }, (_, n) => [
    file(`NORMAL/IM-${n}-0001.png`),
    file(`PNEUMONIA/person${n}_virus_1.png`),
  ]).flat(),
);
const pathsOf = (listing: DatasetListing) => new Set(listing.cases.map((item) => item.path));

describe("adding to a version", () => {
  it("keeps what is there, takes what is new, and lets each path have its newest image", () => {
    const more = addToListing(base, [
      file("NORMAL/IM-900-0001.png"),
      file("NORMAL/IM-3-0001.png", "taken again"),
    ]);
    const diff = diffListings(base, more);
    expect(diff.added.map((item) => item.path)).toEqual(["NORMAL/IM-900-0001.png"]);
    expect(diff.replaced.map(({ after }) => after.path)).toEqual(["NORMAL/IM-3-0001.png"]);
    expect(diff).toMatchObject({ removed: [], unchanged: 119 });
  });

  it("finds nothing new in an image that is there already, under whatever path", () => {
    const again = addToListing(base, [
      file("new/NORMAL/copy.png", "NORMAL/IM-3-0001.png"),
      file("notes.txt"),
    ]);
    expect(listingDigest(again)).toBe(listingDigest(base));
    expect(listingDigest(addToListing(base, []))).toBe(listingDigest(base));
  });

  it("takes a new label for an image that is there", () => {
    const relabelled = addToListing(base, [file("PNEUMONIA/IM-3-0001.png", "NORMAL/IM-3-0001.png")]);
    expect(pathsOf(relabelled).has("NORMAL/IM-3-0001.png")).toBe(false);
    const diff = diffListings(base, relabelled);
    expect(diff).toMatchObject({ added: [], removed: [], unchanged: 119 });
    expect(diff.relabelled.map(({ before, after }) => [before.label, after.label])).toEqual([[0, 1]]);
  });

  it("keeps patients on their side, whatever a table says", () => {
    const known = base.cases.find((item) => item.split === "train");
    const patientId = known?.patientId ?? "";
    const added = addToListing(base, [file("NORMAL/x.png", "x", { patientId, split: "test" })]);
    expect(added.cases.find((item) => item.path === "NORMAL/x.png")).toMatchObject({
      patientId,
      split: "train",
    });
  });
});

describe("the difference of two versions", () => {
  it("puts every case into one list, and is nothing between a version and itself", () => {
    const kinds = fc.constantFrom("keep", "remove", "relabel", "move", "replace", "patient");
    fc.assert(
      fc.property(fc.array(kinds, { minLength: base.cases.length, maxLength: base.cases.length }), (what) => {
        const counts = (kind: string) => what.filter((item) => item === kind).length;
        const cases = base.cases.flatMap((item, index) => {
          const other = `sha256:${String(index).padStart(64, "0")}` as const;
          if (what[index] === "remove") return [];
          if (what[index] === "relabel")
            return [{ ...item, label: item.label === 0 ? (1 as const) : (0 as const) }];
          if (what[index] === "move") return [{ ...item, caseId: `z/${item.caseId}` }];
          if (what[index] === "replace") return [{ ...item, digest: other }];
          if (what[index] === "patient") return [{ ...item, patientId: "other" }];
          return [item];
        });
        const diff = diffListings(base, { ...base, cases });
        expect(diff.removed).toHaveLength(counts("remove"));
        expect(diff.relabelled).toHaveLength(counts("relabel"));
        expect(diff.moved).toHaveLength(counts("move"));
        expect(diff.replaced).toHaveLength(counts("replace"));
        expect(diff.reassigned).toHaveLength(counts("patient"));
        expect(diff.unchanged).toBe(counts("keep"));
        expect(diff.added).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("matches copies of one image with the path they have in both", () => {
    const one = buildListing([
      ...base.cases.map(asFile),
      file("NORMAL/IM-7-0002.png", "NORMAL/IM-7-0001.png"),
    ]);
    expect(diffListings(base, one).added.map((item) => item.path)).toEqual(["NORMAL/IM-7-0002.png"]);
    expect(diffListings(one, base).removed.map((item) => item.path)).toEqual(["NORMAL/IM-7-0002.png"]);
  });
});

const asFile = ({ path, digest, sizeBytes, md5 }: DatasetFile): DatasetFile => ({
  path,
  digest,
  sizeBytes,
  md5,
});

describe("a table of labels", () => {
  it("is read with its columns in any order and case, with quotes, CRLF and a byte order mark", () => {
    const text =
      '\uFEFFSplit,Label,File,Patient,Note\r\nval,pneumonia,"a, b.png",p1,x\r\n,0,./c.png\r\n\r\ntest,1,d\\e.dcm,p2,\r\n';
    expect(parseLabelTable(text, "labels.csv")).toEqual([
      { path: "a, b.png", label: 1, patientId: "p1", split: "validation" },
      { path: "c.png", label: 0 },
      { path: "d/e.dcm", label: 1, patientId: "p2", split: "test" },
    ]);
  });

  it("comes back from what is written", () => {
    const rows = parseLabelTable(writeLabelTable(base.cases), "labels.csv");
    expect(rows).toEqual(
      base.cases.map(({ path, label, patientId, split }) => ({ path, label, patientId, split })),
    );
  });

  it.each([
    ["path,label\na,0\n", /no column “file”/],
    ["", /no column “file”/],
    ["file,label\na,0\nb,maybe\n", /row 2 \(b\) has the label “maybe”/],
    ["file,label\n,0\n", /row 1 names no file/],
    ["file,label\na,0\n./a,1\n", /row 2 names a a second time/],
    ["file,label,split\na,0,holdout\n", /row 1 \(a\) has the split “holdout”/],
    ["file,label\na,0,x\n", /Too many fields/],
    ['file,label\n"a,0\n', /around row.*quote/i],
  ])("is refused: %j", (text, message) => {
    expect(() => parseLabelTable(text, "t.csv")).toThrowError(
      expect.objectContaining({ code: "DATASET_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

describe("a version as DVC tracks it", () => {
  it("is its images alone where their paths say everything", () => {
    const form = dvcFormOf(base);
    expect(form.labelTable).toBeNull();
    expect(parseDirListing(form.dirListing, "x").map((item) => item.path)).toEqual([...pathsOf(base)].sort());
    expect(form.sizeBytes).toBe(base.cases.reduce((sum, item) => sum + item.sizeBytes, 0));
  });

  it("carries a table of labels where they do not, from which the same version is built again", () => {
    const files = base.cases.map((item, index) => ({ ...asFile(item), patientId: `p${index % 40}` }));
    const listing = buildListing(files);
    const { labelTable, files: tracked } = dvcFormOf(listing);
    expect(tracked.map((item) => item.path)).toContain("labels.csv");
    const rows = new Map(parseLabelTable(labelTable ?? "", "labels.csv").map((row) => [row.path, row]));
    const again = buildListing(listing.cases.map((item) => ({ ...asFile(item), ...rows.get(item.path) })));
    expect(listingDigest(again)).toBe(listingDigest(listing));
  });

  it("is refused without MD5s", () => {
    const old = { ...base, cases: base.cases.map(({ md5: _md5, ...item }) => item) };
    expect(() => dvcFormOf(old)).toThrowError(expect.objectContaining({ code: "DATASET_INVALID" }));
  });
});
