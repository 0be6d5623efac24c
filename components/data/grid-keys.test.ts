import { expect, it } from "vitest";
import { targetOfKey } from "./grid-keys";

it.each([
  ["ArrowRight", 3, 4],
  ["ArrowRight", 9, 9],
  ["ArrowLeft", 0, 0],
  ["ArrowDown", 1, 5],
  ["ArrowDown", 7, 7],
  ["ArrowUp", 6, 2],
  ["ArrowUp", 2, 2],
  ["Home", 5, 0],
  ["End", 5, 9],
  ["Enter", 5, null],
])("%s from %d leads to %s in lines of four of ten", (key, at, target) => {
  expect(targetOfKey(key, { at, count: 10, columns: 4 })).toBe(target);
});
