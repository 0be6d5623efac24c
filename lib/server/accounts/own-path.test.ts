import { expect, it } from "vitest";
import { ownPath } from "./own-path";

it.each(["/models", "/runs?state=failed&page=2", "/"])("%s is of this site", (path) => {
  expect(ownPath(path)).toBe(path);
});

it.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "evil",
  "",
  ["/models", "https://evil.example"],
  undefined,
])("%s leads to the account", (path) => {
  expect(ownPath(path)).toBe("/account");
});
