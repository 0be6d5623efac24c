import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { isAt, pagesFor } from "./nav-pages";

const root = path.join(import.meta.dirname, "..");
const hrefs = (role: Parameters<typeof pagesFor>[0]) => pagesFor(role).map(({ href }) => href);

it("leads nobody to a page that is not there", () => {
  for (const href of [...hrefs("admin"), ...hrefs(null)])
    expect(existsSync(path.join(root, "app", href, "page.tsx")), href).toBe(true);
});

it("shows each what is theirs", () => {
  expect(hrefs(null)).toContain("/");
  expect(hrefs(null)).not.toContain("/overview");
  expect(hrefs("viewer")).toEqual(hrefs("doctor"));
  expect(hrefs("doctor")).toContain("/overview");
  expect(hrefs("doctor")).not.toContain("/audit");
  expect(hrefs("admin")).toContain("/audit");
});

it("marks the page that one is on, and the one above it", () => {
  expect(isAt("/", "/")).toBe(true);
  expect(isAt("/models", "/")).toBe(false);
  expect(isAt("/models/v2", "/models")).toBe(true);
  expect(isAt("/models-of-others", "/models")).toBe(false);
});
