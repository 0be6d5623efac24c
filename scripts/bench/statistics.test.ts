import { expect, it } from "vitest";
import { median, ratioOf, spreadOf } from "./statistics";

it("takes the middle of an odd number of values and the mean of the two middle ones of an even number", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(6);
  expect(spreadOf([3, 2, 10])).toEqual({ min: 2, median: 3 });
  expect(() => median([])).toThrow();
});

it("pairs rounds, so that a load on both sides of one round moves no ratio", () => {
  expect(ratioOf([80, 800, 80], [100, 1000, 100])).toEqual({ min: 0.8, median: 0.8 });
  expect(ratioOf([80, 90, 120], [100, 100, 100])).toEqual({ min: 0.8, median: 0.9 });
  expect(() => ratioOf([1], [1, 2])).toThrow();
});
