import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import { buildReport } from "./build-report";
import { compareReports } from "./comparison";
import { measuredSize } from "./image-measures";
import { problemRules } from "./problems";
import { parseReport, reportBytes } from "./report";
import { type DrawnVersion, drawnGray, drawnVersion, nameOf, pairsOf, reportInput } from "./report.fixture";
import { comparisonText, reportText } from "./report-text";
import { writeHtml } from "./write-html";

type Images = (readonly [path: string, gray: Uint8Array])[];

const seeds = Array.from({ length: 60 }, (_, seed) => seed);
const sideOf = (path: string) => assignSplit(patientKey(path), defaultSalt);
const brighter = (gray: Uint8Array) => gray.map((level) => Math.min(255, Math.round(level * 1.05)));

let images: Images;
let version: DrawnVersion;
beforeAll(() => {
  images = seeds.map((seed) => [nameOf(seed), drawnGray(seed)] as const);
  version = drawnVersion(images);
});

const imageOf = (split: string, className: string) =>
  images.find(([name]) => name.startsWith(className) && sideOf(name) === split) as Images[number];
const rulesOf = (report: ReturnType<typeof buildReport>) => report.problems.map((problem) => problem.rule);
const messageOf = (report: ReturnType<typeof buildReport>, rule: keyof typeof problemRules) =>
  report.problems.find((problem) => problem.rule === rule)?.message;

/** The report of the drawn version with one more image. */
function reportWith(name: string, gray: Uint8Array) {
  return buildReport(reportInput(drawnVersion([...images, [name, gray]])));
}

describe("the report of a good version", () => {
  it("has its counts by side, class and cause, and no error", () => {
    const report = buildReport(reportInput(version));
    expect(report.counts).toMatchObject({
      images: 60,
      patients: 60,
      normal: 30,
      pneumonia: 30,
      subgroups: { bacteria: 15, virus: 15, none: 30 },
      mostImagesOfOnePatient: 1,
    });
    const { train, validation, test } = report.splits;
    expect(train.images + validation.images + test.images).toBe(60);
    expect(report.problems.filter((problem) => problem.level === "error")).toEqual([]);
    expect(report.duplicates).toMatchObject({ identical: [], near: [], comparedPairs: (60 * 59) / 2 });
    expect(parseReport(reportBytes(report))).toEqual(report);
    expect(() => parseReport(new TextEncoder().encode('{"schema":"other"}'))).toThrow(/other/);
  });

  it("is the same whatever order images, measures and pairs came in", () => {
    const copy = [...images, ["NORMAL/IM-1-0002.png", brighter(images[1]?.[1] as Uint8Array)]] as Images;
    const expected = reportBytes(buildReport(reportInput(drawnVersion(copy))));
    fc.assert(
      fc.property(fc.shuffledSubarray(copy, { minLength: copy.length }), (shuffled) => {
        const input = reportInput(drawnVersion(shuffled));
        const turned = input.pairs.map((pair) => ({ ...pair, first: pair.second, second: pair.first }));
        expect(reportBytes(buildReport({ ...input, pairs: turned.reverse() }))).toEqual(expected);
      }),
      { numRuns: 3 },
    );
  });

  it("can be read as text and as one HTML file without scripts, links or images", async () => {
    const [name, gray] = imageOf("test", "NORMAL");
    const input = reportInput(drawnVersion([...images, ["NORMAL/<b>&1.png", brighter(gray)]]), {
      previous: { digest: `sha256:${"1".repeat(64)}`, listing: version.listing },
    });
    const report = buildReport(input);
    const html = await writeHtml(report);
    expect(html).toContain("&lt;b&gt;&amp;1.png");
    expect(html).toContain(name);
    expect(html.match(/<svg/g)).toHaveLength(10);
    expect(html).not.toMatch(/<script|<img|<link|<b>|https?:\/\/(?!www\.w3\.org)/);
    expect(html).toContain("prefers-color-scheme:dark");
    expect(reportText(report)).toContain("near-duplicate-across-splits");
  });
});

describe("a planted copy", () => {
  it("of a held-out image under a patient who is trained on is found, whoever they are", () => {
    const heldOut = images.filter(([name]) => sideOf(name) !== "train");
    const trained = Array.from({ length: 200 }, (_, n) => n).filter(
      (n) => sideOf(`IM-${2000 + n}-0001.png`) === "train",
    );
    fc.assert(
      fc.property(fc.constantFrom(...heldOut), fc.constantFrom(...trained), ([name, gray], patient) => {
        const className = name.split("/")[0];
        const other = `${className}/IM-${2000 + patient}-0001.png`;
        const report = reportWith(other, brighter(gray));
        expect(report.state).toBe("failed");
        expect(messageOf(report, "near-duplicate-across-splits")).toContain(name);
        expect(messageOf(report, "near-duplicate-across-splits")).toContain(other);
        expect(messageOf(report, "near-duplicate-across-splits")).toContain("Remove one");
      }),
      { numRuns: 6 },
    );
  });

  it("in the other class is a label conflict", () => {
    const [name, gray] = imageOf("train", "NORMAL");
    const report = reportWith("PNEUMONIA/person3_virus_1.png", brighter(gray));
    expect(messageOf(report, "near-duplicate-across-classes")).toContain(`${name} is NORMAL`);
  });

  it("of the same patient and class is no problem", () => {
    const [name, gray] = imageOf("test", "NORMAL");
    const report = reportWith(name.replace("-0001", "-0002"), brighter(gray));
    expect(report.duplicates.near).toHaveLength(1);
    expect(rulesOf(report).filter((rule) => problemRules[rule] === "error")).toEqual([]);
  });
});

describe("a listing that was not made by importing", () => {
  const changed = (change: (item: DrawnVersion["listing"]["cases"][number]) => object) => {
    const cases = version.listing.cases.map((item) => ({ ...item, ...change(item) }));
    return buildReport(reportInput({ ...version, listing: { ...version.listing, cases } }));
  };

  it("is refused with the same bytes in both classes and on both sides", () => {
    const [test, train] = [imageOf("test", "NORMAL")[0], imageOf("train", "PNEUMONIA")[0]];
    const { digest } = version.listing.cases.find((item) => item.caseId === test) ?? {};
    const report = changed((item) => (item.caseId === train ? { digest } : {}));
    expect(messageOf(report, "identical-across-classes")).toContain(train);
    expect(messageOf(report, "identical-across-splits")).toContain(`${test} (patient`);
  });

  it("is refused with a patient on two sides", () => {
    const report = changed((item) => (item.label === 0 ? { patientId: "one" } : {}));
    expect(messageOf(report, "patient-across-splits")).toMatch(/one \((train|test|validation), /);
  });

  it("is refused where an image does not decode", () => {
    const item = version.listing.cases[0] as DrawnVersion["listing"]["cases"][number];
    const report = buildReport(reportInput(version, { unreadable: new Map([[item.digest, "cut off"]]) }));
    expect(messageOf(report, "undecodable-in-version")).toContain(`${item.caseId} (cut off)`);
  });
});

describe("what is odd is told", () => {
  it("about files that were left out and images that show nothing", () => {
    const blank = new Uint8Array(measuredSize ** 2).fill(3);
    const report = buildReport(
      reportInput(drawnVersion([...images, ["NORMAL/IM-77-0001.png", blank]]), {
        undecodable: [{ path: "NORMAL/x.png", reason: "text" }],
        leftOutCopies: [{ path: "NORMAL/y.png", reason: "the same bytes" }],
      }),
    );
    expect(report.state).toBe("warnings");
    expect(report.undecodableShare).toBeCloseTo(1 / 63, 4);
    expect(messageOf(report, "undecodable")).toContain("NORMAL/x.png (text)");
    expect(messageOf(report, "left-out-copy")).toContain("NORMAL/y.png");
    expect(messageOf(report, "blank")).toContain("IM-77-0001.png");
  });

  it("about the previous version: added, removed, relabelled, moved, drifted", () => {
    const previous = { digest: `sha256:${"1".repeat(64)}` as const, listing: version.listing };
    const darker = Array.from({ length: 40 }, (_, n): Images[number] => [
      nameOf(200 + n),
      drawnGray(200 + n).map((level) => level >> 1),
    ]);
    const [gone, ...kept] = images;
    const [moved, gray] = imageOf("train", "NORMAL");
    const free = Array.from({ length: 99 }, (_, n) => `IM-${900 + n}-0001.png`);
    const renamed = `NORMAL/${free.find((name) => sideOf(name) === "test")}`;
    const next = drawnVersion([...kept.filter(([name]) => name !== moved), [renamed, gray], ...darker]);
    const measuresOf = new Map([...version.measuresOf, ...next.measuresOf]);
    const report = buildReport(reportInput(next, { previous, measuresOf }));
    expect(report.change).toMatchObject({ addedImages: 40, removedImages: 1, nowHeldOut: [renamed] });
    expect(rulesOf(report)).toEqual(
      expect.arrayContaining(["now-held-out", "drift-major", "images-removed"]),
    );
    expect(messageOf(report, "drift-major")).toContain("mean of added images");
    expect(report.change?.driftOfAdded?.mean.medianAfter).toBeLessThan(
      report.change?.driftOfAdded?.mean.medianBefore ?? 0,
    );
    expect(gone).toBeDefined();

    const before = { listing: version.listing, report: buildReport(reportInput(version)) };
    const comparison = compareReports(before, { listing: next.listing, report }, measuresOf);
    expect(comparison.figures).toContainEqual({ name: "counts.images", before: 60, after: 99 });
    expect(comparison.change).toEqual(report.change);
    expect(comparison.newProblems.map((problem) => problem.rule)).not.toContain("drift-major");
    expect(comparisonText(comparison)).toContain("counts.images: 60 to 99");
    const back = compareReports({ listing: next.listing, report }, before, measuresOf);
    expect(back.change).toMatchObject({ addedImages: 1, removedImages: 40 });
  });

  it("and a patient whose side another salt changed stops the run", () => {
    const listing = structuredClone(version.listing);
    for (const item of listing.cases) if (item.split !== "train") item.split = "train";
    const report = buildReport(
      reportInput(version, { previous: { digest: `sha256:${"1".repeat(64)}`, listing } }),
    );
    expect(report.state).toBe("failed");
    expect(messageOf(report, "patient-moved")).toMatch(/\(train to (test|validation)\)/);
  });
});

it("keeps lookalikes apart from near duplicates", () => {
  const [first, second] = version.listing.cases.map((item) => item.digest);
  const pairs = [
    { first: first ?? "sha256:", second: second ?? "sha256:", distance: 20, correlation: 0.7 },
  ] as const;
  const report = buildReport(reportInput(version, { pairs }));
  expect(report.duplicates).toMatchObject({ near: [], lookalikes: { pairs: 1 } });
  expect(rulesOf(report)).toContain("lookalikes");
  expect(pairsOf(version).length).toBeGreaterThan(0);
});
