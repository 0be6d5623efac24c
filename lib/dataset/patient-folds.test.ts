import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldListing } from "./fold-listing";
import type { DatasetCase } from "./listing";
import { patientFolds } from "./patient-folds";

const digest = (content: number) => `sha256:${String(content).padStart(64, "0")}` as const;

/** So many patients of each class, with 1 to 4 images each; some images are the same as an earlier one's of the class. */
const datasets = fc
  .array(fc.record({ images: fc.integer({ min: 1, max: 4 }), copies: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 24,
    maxLength: 60,
  })
  .map((patients) => {
    const cases: DatasetCase[] = [];
    for (const [number, { images, copies }] of patients.entries()) {
      const label = (number % 2) as 0 | 1;
      for (let image = 0; image < images; image++) {
        const earlier = cases.filter((item) => item.label === label);
        const copied = copies === 0 && image === 0 ? earlier.at(-1) : undefined;
        cases.push({
          caseId: `${String(number).padStart(3, "0")}-${image}`,
          patientId: `patient${number}`,
          label,
          split: "train",
          digest: copied?.digest ?? digest(cases.length),
          sizeBytes: 1,
          path: "a",
        });
      }
    }
    return cases;
  });
const folds = fc.integer({ min: 2, max: 4 });
const seeds = fc.integer({ min: 0, max: 1000 });

/** Null where copies have left a class with too few groups. */
function foldsOf(cases: DatasetCase[], count: number, seed: number) {
  try {
    return patientFolds(cases, count, seed);
  } catch {
    return null;
  }
}

function imagesByFold(
  cases: DatasetCase[],
  folds: Map<string, number>,
  count: number,
  label: 0 | 1,
): number[] {
  return Array.from(
    { length: count },
    (_, fold) => cases.filter((item) => item.label === label && folds.get(item.patientId) === fold).length,
  );
}

describe("patientFolds", () => {
  it("gives every patient one fold, keeps copies together, and balances both classes", () => {
    let dealt = 0;
    fc.assert(
      fc.property(datasets, folds, seeds, (cases, count, seed) => {
        const fold = foldsOf(cases, count, seed);
        if (!fold) return;
        dealt++;
        expect(new Set(fold.keys())).toEqual(new Set(cases.map((item) => item.patientId)));
        const foldOfImage = new Map<string, number>();
        for (const item of cases) {
          const at = fold.get(item.patientId) as number;
          expect(foldOfImage.get(item.digest) ?? at).toBe(at);
          foldOfImage.set(item.digest, at);
        }
        for (const label of [0, 1] as const)
          expect(Math.min(...imagesByFold(cases, fold, count, label))).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
    expect(dealt).toBeGreaterThan(40);
  });

  it("balances within one patient's images where nobody shares any", () => {
    fc.assert(
      fc.property(datasets, folds, seeds, (cases, count, seed) => {
        const unshared = cases.map((item, i) => ({ ...item, digest: digest(i) }));
        const fold = patientFolds(unshared, count, seed);
        for (const label of [0, 1] as const) {
          const images = imagesByFold(unshared, fold, count, label);
          expect(Math.max(...images) - Math.min(...images)).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("depends on the seed and the patients, not on the order of the cases", () => {
    fc.assert(
      fc.property(datasets, seeds, (cases, seed) => {
        expect(foldsOf([...cases].reverse(), 3, seed)).toEqual(foldsOf(cases, 3, seed));
      }),
      { numRuns: 20 },
    );
    const [cases] = fc.sample(datasets, { numRuns: 1, seed: 5 }) as [DatasetCase[]];
    expect(patientFolds(cases, 3, 1)).not.toEqual(patientFolds(cases, 3, 2));
  });

  it("says when a class has fewer patients than there are folds", () => {
    const [cases] = fc.sample(datasets, { numRuns: 1, seed: 5 }) as [DatasetCase[]];
    const few = cases.filter((item) => item.label === 1 || item.patientId === "patient0");
    expect(() => patientFolds(few, 5, 1)).toThrow(/class NORMAL has 1 patients for 5 folds/);
  });
});

describe("foldListing", () => {
  it("tests each case in exactly one fold, and never trains on a patient that it tests", () => {
    const [cases] = fc.sample(datasets, { numRuns: 1, seed: 7 }) as [DatasetCase[]];
    const unshared = cases.map((item, i) => ({ ...item, digest: digest(i) }));
    const listings = [0, 1, 2].map((fold) => foldListing(unshared, { fold, folds: 3, seed: 1 }));
    const tested = listings.flatMap((listing) => listing.cases.filter((item) => item.split === "test"));
    expect(tested.map((item) => item.caseId).sort()).toEqual(unshared.map((item) => item.caseId));
    for (const listing of listings) {
      const patients = (split: string) =>
        new Set(listing.cases.filter((item) => item.split === split).map((item) => item.patientId));
      const [train, validation, test] = [patients("train"), patients("validation"), patients("test")];
      expect([...test].filter((id) => train.has(id))).toEqual([]);
      expect([...validation].filter((id) => train.has(id) || test.has(id))).toEqual([]);
    }
  });
});
