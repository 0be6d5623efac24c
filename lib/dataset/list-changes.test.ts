import { expect, it } from "vitest";
import { diffListings } from "./diff-listings";
import { parseLabelTable } from "./label-table";
import { changeKinds, listChanges } from "./list-changes";
import type { DatasetCase, DatasetListing } from "./listing";
import { listingCsv } from "./listing-csv";

function item(name: string, changes: Partial<DatasetCase> = {}): DatasetCase {
  const hex = Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64);
  return {
    caseId: name,
    path: name,
    patientId: `of ${name}`,
    label: 0,
    split: "train",
    digest: `sha256:${hex}`,
    sizeBytes: 10,
    ...changes,
  };
}

function listing(cases: DatasetCase[]): DatasetListing {
  return {
    schema: "pneumoscope.dataset/1",
    salt: "s",
    shares: { train: 1, validation: 0, test: 0 },
    cases: cases.sort((a, b) => (a.caseId < b.caseId ? -1 : 1)),
  };
}

it("puts each change where a person looks for it, once", () => {
  const same = item("same");
  const before = listing([
    same,
    item("gone"),
    item("relabelled"),
    item("moved"),
    item("given"),
    item("replaced"),
    item("old name"),
    item("both"),
  ]);
  const after = listing([
    same,
    item("new"),
    item("relabelled", { label: 1 }),
    item("moved", { split: "test" }),
    item("given", { patientId: "another" }),
    item("replaced", { digest: item("other bytes").digest }),
    item("new name", { digest: item("old name").digest, patientId: "of old name" }),
    item("both elsewhere", { digest: item("both").digest, label: 1, split: "test" }),
  ]);
  const diff = diffListings(before, after);
  const lists = listChanges(diff);
  expect(
    Object.fromEntries(changeKinds.map((kind) => [kind, lists[kind].map(({ path }) => path).sort()])),
  ).toEqual({
    added: ["new"],
    removed: ["gone"],
    relabelled: ["both elsewhere", "relabelled"],
    split: ["moved"],
    patient: ["given"],
    replaced: ["replaced"],
    renamed: ["new name"],
  });
  expect(diff.unchanged).toBe(1);
  expect(lists.split[0]).toMatchObject({ before: { split: "train" }, after: { split: "test" } });
  expect(lists.added[0]?.before).toBeNull();
  // Whose image it is is nobody's business here.
  expect(JSON.stringify(lists)).not.toContain("of moved");
});

it("writes a listing as a table that is read again, and that no spreadsheet runs", () => {
  const cases = [
    item("NORMAL/a, b.png", { patientId: "p1" }),
    item("PNEUMONIA/c.png", { label: 1, split: "test", md5: "0".repeat(32) }),
    item("NORMAL/é.png", { patientId: "=cmd|' /C calc'!A0" }),
  ];
  const csv = listingCsv(listing(cases));
  expect(csv).not.toMatch(/(^|,|")=/m);
  const rows = parseLabelTable(csv, "listing.csv");
  expect(rows.map(({ path, label, split }) => [path, label, split])).toEqual(
    cases.map(({ path, label, split }) => [path, label, split]),
  );
});
