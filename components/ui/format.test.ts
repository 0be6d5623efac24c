import { describe, expect, it } from "vitest";
import { formatOf, shortDigest } from "./format";

const en = formatOf("en");
const fr = formatOf("fr");

describe("probability", () => {
  it.each([
    [0.9134, "91.3\u202f%", "91,3\u202f%"],
    [0.999, "99.9\u202f%", "99,9\u202f%"],
    [0.9991, ">\u00a099.9\u202f%", ">\u00a099,9\u202f%"],
    [1, ">\u00a099.9\u202f%", ">\u00a099,9\u202f%"],
    [0.0009, "<\u00a00.1\u202f%", "<\u00a00,1\u202f%"],
    [0, "<\u00a00.1\u202f%", "<\u00a00,1\u202f%"],
  ])("%f reads %s: it never rounds to certainty", (probability, english, french) => {
    expect(en.probability(probability)).toBe(english);
    expect(fr.probability(probability)).toBe(french);
  });
});

describe("figures with intervals", () => {
  it("keeps a range on one line", () => {
    const sensitivity = { value: 0.964, low: 0.94, high: 0.981 };
    expect(en.interval(sensitivity).replace(/\u2060/g, "")).toBe("96\u202f%\u00a0[94–98]");
    expect(fr.interval(sensitivity, 1).replace(/\u2060/g, "")).toBe("96,4\u202f%\u00a0[94,0–98,1]");
    expect(en.interval(sensitivity)).not.toMatch(/[^\u2060]–|–[^\u2060]/);
  });

  it("shows a dash for what is not defined, and a value without bounds alone", () => {
    expect(en.interval({ value: null, low: null, high: null })).toBe("–");
    expect(en.index({ value: 0.98123, low: null, high: null })).toBe("0.981");
    expect(fr.index({ value: 0.98123, low: null, high: null })).toBe("0,981");
  });
});

it("carries units and groups thousands by thin spaces", () => {
  expect(en.bytesOf(9_300_000, 22_350_000)).toBe("9.3 of 22.4\u00a0MB");
  expect(fr.bytesOf(9_300_000, 22_350_000)).toBe("9,3 sur 22,4\u00a0Mo");
  expect([412, 83_600, 22_350_000].map(en.bytes)).toEqual(["412\u00a0B", "84\u00a0kB", "22.4\u00a0MB"]);
  expect([412, 83_600, 22_350_000, 10_767_700_000].map(fr.bytes)).toEqual([
    "412\u00a0o",
    "84\u00a0ko",
    "22,4\u00a0Mo",
    "10,8\u00a0Go",
  ]);
  expect([38.2, 1_440, 720_000, 11_520_000].map(fr.duration)).toEqual([
    "38\u00a0ms",
    "1,4\u00a0s",
    "12\u00a0min",
    "3,2\u00a0h",
  ]);
  expect([en, fr].map((format) => format.number(1_234_567.25, 1))).toEqual([
    "1\u202f234\u202f567.3",
    "1\u202f234\u202f567,3",
  ]);
});

it("shortens digests and names the time zone", () => {
  expect(shortDigest(`sha256:${"0123456789abcdef".repeat(4)}`)).toBe("0123456789ab");
  expect(en.instant("2026-11-21T03:05:59.999Z")).toBe("21 Nov 2026, 03:05 UTC");
  expect(fr.instant("2026-11-21T23:05:59.999Z")).toBe("21 nov. 2026, 23:05 UTC");
});
