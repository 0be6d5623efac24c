import { expect, it } from "vitest";
import { sharedAxis } from "./interval-axis";

const interval = (low: number | null) => ({ value: low, low, high: low });

it.each([
  [[0.975, 0.912, 0.84], 0.8],
  [[0.99], 0.9],
  [[1], 0.9],
  [[0.8], 0.8],
  [[0.02, 0.99], 0],
  [[null], 0.9],
  [[], 0.9],
])("%o begin at %d", (lows, from) => {
  expect(sharedAxis(lows.map(interval))).toEqual({ from, to: 1 });
});
