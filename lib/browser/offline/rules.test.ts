import { expect, it } from "vitest";
import { type AskedFor, ruleFor } from "./rules";

const kept = {
  origin: "https://x.example",
  pages: new Set(["/", "/about"]),
  files: new Set(["/_next/static/chunks/a.js", "/runtime/b.wasm", "/icon.svg"]),
};
const rule = (path: string, asked: Partial<AskedFor> = {}) =>
  ruleFor({ method: "GET", url: new URL(path, kept.origin).href, mode: "cors", rsc: null, ...asked }, kept);

it("keeps pages, build files and the runtime", () => {
  expect(rule("/?backend=wasm", { mode: "navigate" })).toBe("page");
  expect(rule("/about", { mode: "navigate" })).toBe("page");
  expect(rule("/_next/static/chunks/a.js")).toBe("build");
  expect(rule("/runtime/b.wasm")).toBe("runtime");
  expect(rule("/icon.svg")).toBe("runtime");
});

it.each([
  ["/api/models/current", {}],
  ["/api/trpc/runs.list", {}],
  ["/api/models/weights/sha256:00", {}],
  ["/models/baseline/weights.safetensors", {}],
  ["/", { method: "POST", mode: "navigate" }],
  ["/", {}],
  ["/about", { rsc: "1" }],
  ["/api/runs/export", { mode: "navigate" }],
  ["/api/v1/accounts/me", {}],
  ["/_next/static/chunks/other-build.js", {}],
  ["/_next/static/chunks/a.js", { method: "HEAD" }],
  ["https://other.example/_next/static/chunks/a.js", {}],
] as [string, Partial<AskedFor>][])("leaves %s %o alone", (path, asked) => {
  expect(rule(path, asked)).toBe("untouched");
});

it.each(["/nowhere", "/account", "/settings", "/link"])(
  "keeps nothing of %s, and leads back from it",
  (path) => {
    expect(rule(path, { mode: "navigate" })).toBe("other page");
  },
);
