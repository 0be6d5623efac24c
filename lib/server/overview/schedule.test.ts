import { expect, it } from "vitest";
import { parseCron } from "@/lib/schedule/cron-times";
import { isOverdue, lastDue } from "./schedule";

const at = (text: string) => new Date(`2026-11-${text}Z`);
const now = at("21T12:00:00");
const dueAt = (cron: string, when: Date) => lastDue(parseCron(cron), when);

it("knows when a run fell due last", () => {
  expect(dueAt("0 3 * * *", now)).toEqual(at("21T03:00:00"));
});

it.each([
  ["a run came", at("01T00:00:00"), at("21T03:00:00"), now, false],
  ["none came today", at("01T00:00:00"), at("20T03:00:00"), now, true],
  ["none ever came", at("01T00:00:00"), null, now, true],
  ["installed since", at("21T09:00:00"), null, now, false],
  ["nothing is installed", null, null, now, false],
  ["due a moment ago", at("01T00:00:00"), at("20T03:00:00"), at("21T03:05:00"), false],
])("%s", (_, since, lastScheduledAt, when, expected) => {
  expect(isOverdue(dueAt("0 3 * * *", when), { since, lastScheduledAt, now: when })).toBe(expected);
});

it("is not overdue where the day's run came before a later time of the same day, as there is one a day", () => {
  const since = at("01T00:00:00");
  const hourly = { since, lastScheduledAt: at("21T00:00:01"), now: at("21T12:30:00") };
  expect(isOverdue(dueAt("0 * * * *", hourly.now), hourly)).toBe(false);
  const yesterdays = { ...hourly, lastScheduledAt: at("20T00:00:01") };
  expect(isOverdue(dueAt("0 * * * *", yesterdays.now), yesterdays)).toBe(true);
});

it("is never overdue where the schedule is paused", () => {
  expect(isOverdue(null, { since: at("01T00:00:00"), lastScheduledAt: null, now })).toBe(false);
});
