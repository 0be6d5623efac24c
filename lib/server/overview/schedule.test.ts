import { expect, it } from "vitest";
import { isOverdue, scheduleTimes } from "./schedule";

const at = (text: string) => new Date(`2026-11-${text}Z`);
const now = at("21T12:00:00");

it("knows the times around now", () => {
  expect(scheduleTimes("0 3 * * *", now)).toEqual({
    nextAt: at("22T03:00:00"),
    lastDueAt: at("21T03:00:00"),
  });
  expect(scheduleTimes("off", now)).toEqual({ nextAt: null, lastDueAt: null });
});

it.each([
  ["a run came", at("01T00:00:00"), at("21T03:00:00"), now, false],
  ["none came today", at("01T00:00:00"), at("20T03:00:00"), now, true],
  ["none ever came", at("01T00:00:00"), null, now, true],
  ["installed since", at("21T09:00:00"), null, now, false],
  ["nothing is installed", null, null, now, false],
  ["due a moment ago", at("01T00:00:00"), at("20T03:00:00"), at("21T03:05:00"), false],
])("%s", (_, since, lastScheduledAt, when, expected) => {
  expect(isOverdue(scheduleTimes("0 3 * * *", when), { since, lastScheduledAt, now: when })).toBe(expected);
});

it("is never overdue where the schedule is off", () => {
  const times = scheduleTimes("off", now);
  expect(isOverdue(times, { since: at("01T00:00:00"), lastScheduledAt: null, now })).toBe(false);
});
