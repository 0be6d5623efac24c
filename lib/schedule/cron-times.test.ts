import { expect, it } from "vitest";
import { isDue, nextTimes, parseCron } from "./cron-times";

const at = (text: string) => new Date(text);

it.each([
  "",
  "* * * *",
  "0 3 * * * *",
  "61 3 * * *",
  "0 3 30 2 *",
  "every day",
  `0 3 * * ${"1,".repeat(60)}1`,
])("refuses %j", (text) => {
  expect(() => parseCron(text)).toThrow(expect.objectContaining({ code: "SCHEDULE_INVALID" }));
});

it("names one time a day, the first, in UTC", () => {
  const often = parseCron("*/30 * * * *");
  expect(nextTimes(often, at("2026-11-21T03:10:00Z"), 3)).toEqual([
    at("2026-11-21T03:30:00Z"),
    at("2026-11-22T00:00:00Z"),
    at("2026-11-23T00:00:00Z"),
  ]);
  expect(nextTimes(parseCron(" 0 3  * * 1 "), at("2026-11-21T00:00:00Z"), 2)).toEqual([
    at("2026-11-23T03:00:00Z"),
    at("2026-11-30T03:00:00Z"),
  ]);
});

it("is due once its time has come, and not before", () => {
  const daily = parseCron("0 3 * * *");
  expect(isDue(daily, at("2026-11-21T02:59:30Z"), at("2026-11-21T03:00:00Z"))).toBe(true);
  expect(isDue(daily, at("2026-11-21T03:00:00Z"), at("2026-11-21T03:00:30Z"))).toBe(false);
  expect(isDue(daily, at("2026-11-21T02:00:00Z"), at("2026-11-21T02:59:59Z"))).toBe(false);
});
