import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatBytesOf,
  formatDuration,
  formatIndex,
  formatInstant,
  formatInterval,
  formatProbability,
  shortDigest,
} from "./format";

describe("formatProbability", () => {
  it.each([
    [0.9134, "91.3\u202f%"],
    [0.999, "99.9\u202f%"],
    [0.9991, "> 99.9\u202f%"],
    [1, "> 99.9\u202f%"],
    [0.0009, "< 0.1\u202f%"],
    [0, "< 0.1\u202f%"],
  ])("%f reads %s: it never rounds to certainty", (probability, text) => {
    expect(formatProbability(probability)).toBe(text);
  });
});

describe("figures with intervals", () => {
  it("keeps a range on one line", () => {
    const text = formatInterval({ value: 0.964, low: 0.94, high: 0.981 });
    expect(text.replace(/[\u2060]/g, "")).toBe("96\u202f%\u00a0[94–98]");
    expect(text).not.toMatch(/[^\u2060]–|–[^\u2060]/);
  });

  it("shows a dash for what is not defined, and a value without bounds alone", () => {
    expect(formatInterval({ value: null, low: null, high: null })).toBe("–");
    expect(formatIndex({ value: 0.98123, low: null, high: null })).toBe("0.981");
  });
});

it("carries units", () => {
  expect(formatBytesOf(9_300_000, 22_350_000)).toBe("9.3 of 22.4 MB");
  expect([412, 83_600, 22_350_000].map(formatBytes)).toEqual(["412 B", "84 kB", "22.4 MB"]);
  expect([38.2, 1_440, 720_000, 11_520_000].map(formatDuration)).toEqual([
    "38 ms",
    "1.4 s",
    "12 min",
    "3.2 h",
  ]);
});

it("shortens digests and names the time zone", () => {
  expect(shortDigest(`sha256:${"0123456789abcdef".repeat(4)}`)).toBe("0123456789ab");
  expect(formatInstant("2026-11-21T03:05:59.999Z")).toBe("21 Nov 2026, 03:05 UTC");
});
