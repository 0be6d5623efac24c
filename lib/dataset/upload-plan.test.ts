import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfChunks, chunkCount, chunkRange, fileRanges, wrongPath } from "./upload-plan";

const plans = fc.record({
  sizeBytes: fc.integer({ min: 1, max: 10_000 }),
  chunkBytes: fc.integer({ min: 1, max: 500 }),
});

describe("pieces", () => {
  it("cover an upload without gap or overlap", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const indexes = Array.from({ length: chunkCount(plan) }, (_, index) => index);
        let end = 0;
        for (const index of indexes) {
          const range = chunkRange(plan, index);
          expect(range.start).toBe(end);
          expect(range.end - range.start).toBeGreaterThan(0);
          expect(range.end - range.start).toBeLessThanOrEqual(plan.chunkBytes);
          end = range.end;
        }
        expect(end).toBe(plan.sizeBytes);
        expect(bytesOfChunks(plan, indexes)).toBe(plan.sizeBytes);
      }),
    );
  });

  it.each([-1, 3, 0.5, Number.NaN])("have no number %d of 3", (index) => {
    expect(() => chunkRange({ sizeBytes: 25, chunkBytes: 10 }, index)).toThrow(RangeError);
  });
});

it("finds each file in the bytes of all", () => {
  const files = [3, 0, 2].map((sizeBytes, at) => ({ path: `${at}`, sizeBytes }));
  expect(fileRanges(files).map(({ start, end }) => [start, end])).toEqual([
    [0, 3],
    [3, 3],
    [3, 5],
  ]);
});

it.each([
  ["NORMAL/a b é.png", true],
  ["labels.csv", true],
  ["..a/b..png", true],
  ["../a.png", false],
  ["a/../b.png", false],
  ["/a.png", false],
  ["a//b.png", false],
  ["./a.png", false],
  ["C:\\a.png", false],
  ["a\n.png", false],
  ["", false],
])("the path %j is fine: %s", (path, isFine) => {
  expect(wrongPath(path) === null).toBe(isFine);
});
