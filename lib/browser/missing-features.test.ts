import { expect, it } from "vitest";
import { hasSimd } from "./missing-features";

it("finds the vector instructions of this Node", () => {
  expect(hasSimd()).toBe(true);
});
