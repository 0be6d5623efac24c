import { expect, it } from "vitest";
import { wayOut } from "./way-out";

const here = "https://reading.example/?backend=wasm";
const click = {
  button: 0,
  metaKey: false,
  ctrlKey: false,
  shiftKey: false,
  altKey: false,
  defaultPrevented: false,
};
const link = { href: "https://reading.example/account?a=1#b", target: "", download: false };

it("is where a plain click on a link of this server leads", () => {
  expect(wayOut({ event: click, link }, here)).toBe("/account?a=1#b");
  expect(wayOut({ event: click, link: { ...link, target: "_self" } }, here)).toBe("/account?a=1#b");
});

it.each([
  [{ button: 1 }, {}],
  [{ ctrlKey: true }, {}],
  [{ metaKey: true }, {}],
  [{ defaultPrevented: true }, {}],
  [{}, { target: "_blank" }],
  [{}, { download: true }],
  [{}, { href: "https://elsewhere.example/account" }],
  [{}, { href: "https://reading.example/?backend=webgpu" }],
  [{}, { href: "https://reading.example/#content" }],
  [{}, { href: "mailto:someone@example.org" }],
])("is none for %o and %o", (event, changed) => {
  expect(wayOut({ event: { ...click, ...event }, link: { ...link, ...changed } }, here)).toBeNull();
});
