import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PneumoscopeError } from "@/lib/errors";
import { assignSplit, defaultSalt } from "./assign-split";
import { buildListing, type DatasetFile, labelOfPath } from "./build-listing";
import { leftOutCopies } from "./left-out-copies";
import { canonicalListingBytes, type DatasetListing, listingDigest, parseListing } from "./listing";
import { patientKey, subgroup } from "./patient-key";

function file(path: string, content = path): DatasetFile {
  return { path, digest: `sha256:${createHash("sha256").update(content).digest("hex")}`, sizeBytes: 1 };
}

function folder(patients: number): DatasetFile[] {
  return Array.from({ length: patients }, (_, n) => [
    file(`train/NORMAL/IM-${1000 + n}-0001.jpeg`),
    file(`val/PNEUMONIA/person${n}_virus_${n}.jpeg`),
  ]).flat();
}

function failure(run: () => unknown): PneumoscopeError {
  try {
    run();
  } catch (error) {
    if (error instanceof PneumoscopeError) return error;
    throw error;
  }
  throw new Error("expected a PneumoscopeError");
}

describe("patientKey", () => {
  it.each([
    ["person1000_bacteria_2931.jpeg", "person1000_bacteria", "bacteria"],
    ["person1000_virus_1681.jpeg", "person1000_virus", "virus"],
    ["person1372_virus_2365_1.jpeg", "person1372_virus", "virus"],
    ["IM-0429-0001.jpeg", "IM-0429", "none"],
    ["IM-0429-0001-0002.jpeg", "IM-0429", "none"],
    ["NORMAL2-IM-1427-0001.jpeg", "NORMAL2-IM-1427", "none"],
    ["chest/NORMAL\\NORMAL2-IM-0429-0001.jpeg", "NORMAL2-IM-0429", "none"],
    ["scan.2024.png", "scan.2024", "none"],
    ["nameless", "nameless", "none"],
  ])("%s belongs to %s", (name, key, cause) => {
    expect(patientKey(name)).toBe(key);
    expect(subgroup(name)).toBe(cause);
  });
});

describe("assignSplit", () => {
  // printf 'pneumoscope-1:IM-0429' | sha256sum, its first 12 hex digits / 2^48
  it.each([
    ["IM-0429", "train"],
    ["NORMAL2-IM-1427", "train"],
    ["person2_virus", "validation"],
    ["person6_virus", "test"],
  ])("never moves a patient: %s is in %s", (key, split) => {
    expect(assignSplit(key, "pneumoscope-1")).toBe(split);
  });

  it("gives each side its share of patients, and another salt gives another split", () => {
    const keys = Array.from({ length: 20_000 }, (_, n) => `p${n}`);
    const share = (split: string) =>
      keys.filter((key) => assignSplit(key, defaultSalt) === split).length / keys.length;
    expect(share("train")).toBeCloseTo(0.8, 1.7);
    expect(share("validation")).toBeCloseTo(0.1, 1.7);
    expect(share("test")).toBeCloseTo(0.1, 1.7);
    const moved = keys.filter((key) => assignSplit(key, "a") !== assignSplit(key, "b")).length / keys.length;
    expect(moved).toBeGreaterThan(0.3);
  });
});

describe("buildListing", () => {
  it("knows the class by the folder that holds the file, in any case", () => {
    expect(labelOfPath("train/NORMAL/a.jpeg")).toBe(0);
    expect(labelOfPath("./pneumonia/a.PNG")).toBe(1);
    expect(labelOfPath("x\\Normal\\a.jpg")).toBe(0);
    for (const name of ["a.webp", "a.DCM", "a.tif", "IM00001", "1.2.840.10008.7"])
      expect(labelOfPath(`normal/${name}`)).toBe(0);
    for (const path of [
      "a.jpeg",
      "NORMAL/notes.txt",
      "NORMAL/.a.jpeg",
      "NORMAL/sub/a.jpeg",
      "__MACOSX/.x/NORMAL/a.png",
    ]) {
      expect(labelOfPath(path)).toBeNull();
    }
  });

  it("pools nested folders, keeps paths, sorts by caseId and keeps a patient on one side", () => {
    const files = [...folder(80), file("test/NORMAL/IM-1003-0002.jpeg"), file("README.md")];
    const listing = buildListing(files);
    expect(listing.cases).toHaveLength(161);
    const ids = listing.cases.map((item) => item.caseId);
    expect(ids).toEqual([...ids].sort());
    const sides = listing.cases.filter((item) => item.patientId === "IM-1003").map((item) => item.split);
    expect(sides).toHaveLength(2);
    expect(new Set(sides).size).toBe(1);
  });

  it("gives the same bytes whatever order the files came in, and reads them back", () => {
    const files = folder(80);
    const expected = canonicalListingBytes(buildListing(files));
    expect(parseListing(expected)).toEqual(buildListing(files));
    expect(listingDigest(buildListing(files))).toBe(
      `sha256:${createHash("sha256").update(expected).digest("hex")}`,
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(canonicalListingBytes(buildListing(shuffled))).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });

  it("keeps a patient's side when other patients come and go", () => {
    const side = (listing: DatasetListing) => new Map(listing.cases.map((item) => [item.caseId, item.split]));
    const before = side(buildListing(folder(80)));
    const after = side(buildListing(folder(300)));
    for (const [caseId, split] of before) expect(after.get(caseId)).toBe(split);
  });

  it("keeps every patient's side in any other version, and no bytes on two sides", () => {
    const all = folder(300);
    const core = new Set(folder(80).map((item) => item.path));
    const copies = fc.array(fc.tuple(fc.constantFrom(...all), fc.integer({ min: 4000, max: 4200 })), {
      maxLength: 20,
    });
    const side = new Map(buildListing(all).cases.map((item) => [item.patientId, item.split]));
    fc.assert(
      fc.property(fc.subarray(all), copies, (some, planted) => {
        const chosen = new Set([...core, ...some.map((item) => item.path)]);
        const files = all.filter((item) => chosen.has(item.path));
        for (const [original, patient] of planted) {
          if (!chosen.has(original.path)) continue;
          const path = original.path.replace(/[^/]+$/, `IM-${patient}-0001.jpeg`);
          if (!files.some((item) => item.path === path)) files.push({ ...original, path });
        }
        const { cases } = buildListing(files);
        const splitOf = new Map<string, string>();
        for (const { patientId, split, digest } of cases) {
          expect(split).toBe(side.get(patientId) ?? assignSplit(patientId, defaultSalt));
          expect(splitOf.get(digest) ?? split).toBe(split);
          splitOf.set(digest, split);
        }
        expect(cases.length + leftOutCopies(files, buildListing(files)).length).toBe(files.length);
      }),
      { numRuns: 15 },
    );
  });

  it("leaves a copy of a held-out image out of training", () => {
    const names = Array.from({ length: 80 }, (_, n) => `IM-${1000 + n}-0001.jpeg`);
    const named = (split: string) =>
      names.find((name) => assignSplit(patientKey(name), defaultSalt) === split) ?? "";
    const files = folder(80).map((item) =>
      item.path.endsWith(named("train")) || item.path.endsWith(named("test"))
        ? file(item.path, "same pixels")
        : item,
    );
    const listing = buildListing(files);
    expect(leftOutCopies(files, listing)).toEqual([
      {
        path: `train/NORMAL/${named("train")}`,
        reason: expect.stringContaining(`train/NORMAL/${named("test")}, which is in test`),
      },
    ]);
    const kept = listing.cases.map((item) => item.caseId);
    expect(kept).toHaveLength(159);
    expect(kept).toContain(`train/NORMAL/${named("test")}`);
    expect(kept).not.toContain(`train/NORMAL/${named("train")}`);
  });

  it("says which class is empty and which split has none", () => {
    const onlyNormal = folder(80).filter((item) => item.path.includes("NORMAL"));
    expect(failure(() => buildListing(onlyNormal))).toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringContaining("PNEUMONIA has no images"),
    });
    expect(failure(() => buildListing([])).message).toContain("NORMAL has no images");
    const noTest = folder(80).filter(
      (item) => item.path.includes("PNEUMONIA") || assignSplit(patientKey(item.path), defaultSalt) !== "test",
    );
    expect(failure(() => buildListing(noTest)).message).toMatch(/class NORMAL has no test cases/);
  });

  it("refuses one image under both classes", () => {
    const files = [...folder(80), file("NORMAL/x.jpeg", "same"), file("PNEUMONIA/y.jpeg", "same")];
    expect(failure(() => buildListing(files)).message).toMatch(/NORMAL\/x.jpeg and PNEUMONIA\/y.jpeg/);
  });
});

describe("parseListing", () => {
  const listing = buildListing(folder(80));
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

  it.each([
    ["no JSON", new TextEncoder().encode("{"), /not JSON/],
    ["another schema", bytes({ ...listing, schema: "pneumoscope.dataset/2" }), /schema/],
    ["an unknown label", bytes({ ...listing, cases: [{ ...listing.cases[0], label: 2 }] }), /label/],
    ["cases out of order", bytes({ ...listing, cases: [...listing.cases].reverse() }), /not sorted/],
    ["a case twice", bytes({ ...listing, cases: [listing.cases[0], ...listing.cases] }), /twice/],
    [
      "a training side of one class",
      bytes({
        ...listing,
        cases: listing.cases.filter((item) => item.label === 1 || item.split !== "train"),
      }),
      /class NORMAL has no train cases/,
    ],
    [
      "a patient on two sides",
      bytes({
        ...listing,
        cases: listing.cases.map((item) => ({ ...item, patientId: "one" })),
      }),
      /patient one is in both/,
    ],
  ])("refuses %s", (_, input, message) => {
    const error = failure(() => parseListing(input));
    expect(error.code).toBe("DATASET_INVALID");
    expect(error.message).toMatch(message);
  });
});

const data = join(process.env.PNEUMOSCOPE_DATA ?? "../shared/data", "chest-xray");
describe.skipIf(!existsSync(data))("the Kermany set", () => {
  it("splits by patient into about 80/10/10", () => {
    const files = ["train", "val"].flatMap((part) =>
      ["NORMAL", "PNEUMONIA"].flatMap((name) =>
        readdirSync(join(data, part, name)).map((image) => file(`${part}/${name}/${image}`)),
      ),
    );
    const { cases } = buildListing(files);
    expect(cases).toHaveLength(5232);
    for (const label of [0, 1]) {
      const ofClass = cases.filter((item) => item.label === label);
      const share = ofClass.filter((item) => item.split === "train").length / ofClass.length;
      expect(share).toBeGreaterThan(0.75);
      expect(share).toBeLessThan(0.85);
    }
  });
});
