import { describe, expect, it } from "vitest";
import { readServerEnv } from "@/lib/server/env";
import { retryAfterMs } from "./channels/post-json";
import { maximumAttempts, pauseAfter } from "./dispatch";
import { readNotificationSettings, redactorOf, usableChannels } from "./settings";

const complete = {
  NOTIFY_SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T0/B0/slack-token",
  NOTIFY_SMTP_URL: "smtps://mailer:p%40ss%2Fword@smtp.example.org",
  NOTIFY_EMAIL_FROM: "Pneumoscope <loop@example.org>",
  NOTIFY_EMAIL_TO: "a@example.org, B <b@example.org>",
  NOTIFY_WEBHOOK_URL: "https://example.org/hook?token=query-token",
  NOTIFY_WEBHOOK_SECRET: "a".repeat(64),
};

describe("the settings of the notifications", () => {
  it("are read from the environment", () => {
    const settings = readNotificationSettings({ ...complete, NOTIFY_SKIPPED_DAYS: "3" });
    expect(usableChannels(settings)).toEqual(["slack", "email", "webhook"]);
    expect(settings).toMatchObject({ tellSkippedEvery: 3, problems: [] });
    expect(settings.email?.to).toEqual(["a@example.org", "B <b@example.org>"]);
    expect(usableChannels(readNotificationSettings({ NOTIFY_WEBHOOK_URL: " " }))).toEqual([]);
  });

  it.each([
    [{ NOTIFY_SLACK_WEBHOOK_URL: "hooks.slack.com" }, "NOTIFY_SLACK_WEBHOOK_URL"],
    [{ NOTIFY_SLACK_WEBHOOK_URL: "file:///etc/passwd" }, "NOTIFY_SLACK_WEBHOOK_URL"],
    [{ NOTIFY_SMTP_URL: "http://x.org" }, "NOTIFY_SMTP_URL"],
    [{ NOTIFY_EMAIL_TO: "a@example.org\r\nBcc: c@example.org" }, "NOTIFY_EMAIL_TO"],
    [{ NOTIFY_EMAIL_FROM: "" }, "NOTIFY_EMAIL_FROM"],
    [{ NOTIFY_WEBHOOK_SECRET: "short" }, "NOTIFY_WEBHOOK_SECRET"],
    [{ NOTIFY_WEBHOOK_SECRET: undefined }, "NOTIFY_WEBHOOK_SECRET"],
    [{ NOTIFY_SKIPPED_DAYS: "soon" }, "NOTIFY_SKIPPED_DAYS"],
  ])(
    "a mistake (%j) disables that channel, is named without its value, and stops nothing else",
    (change, name) => {
      const { notifications } = readServerEnv({ ...complete, ...change });
      expect(notifications.problems).toHaveLength(1);
      expect(notifications.problems[0]).toContain(name);
      for (const value of Object.values(change))
        if (value && value !== "soon") expect(notifications.problems[0]).not.toContain(value);
      expect(usableChannels(notifications).length).toBeGreaterThanOrEqual(2);
    },
  );

  it("know their secrets, however they are written", () => {
    const redact = redactorOf(readNotificationSettings(complete));
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const leaks = [
      complete.NOTIFY_SLACK_WEBHOOK_URL,
      "/services/T0/B0/slack-token",
      complete.NOTIFY_SMTP_URL,
      "p%40ss%2Fword",
      "p@ss/word",
      base64("p@ss/word"),
      base64("\0mailer\0p@ss/word"),
      "?token=query-token",
      complete.NOTIFY_WEBHOOK_SECRET,
    ];
    const clean = redact(`before ${leaks.join(" , ")} postgres://user:other@db after`);
    expect(clean).not.toMatch(/token|word|aaaa|other/);
    expect(clean).not.toContain(base64("p@ss/word"));
    expect(clean).toMatch(/^before .* after$/);
  });
});

describe("another attempt", () => {
  it("comes after longer and longer pauses, about a day in all", () => {
    const pauses = Array.from({ length: maximumAttempts - 1 }, (_, index) => pauseAfter(index + 1, () => 0));
    expect(pauses.slice(0, 4)).toEqual([30_000, 90_000, 270_000, 810_000]);
    expect(Math.max(...pauses)).toBe(6 * 3_600_000);
    const hours = pauses.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(18);
    expect(hours).toBeLessThan(30);
  });

  it("keeps to Retry-After, in seconds or as a date, up to six hours", () => {
    const now = Date.parse("2026-11-21T00:00:00Z");
    expect(retryAfterMs("120", now)).toBe(120_000);
    expect(retryAfterMs("Sat, 21 Nov 2026 00:01:00 GMT", now)).toBe(60_000);
    expect(retryAfterMs("Fri, 20 Nov 2026 00:01:00 GMT", now)).toBe(0);
    expect(retryAfterMs("999999999", now)).toBe(6 * 3_600_000);
    expect(retryAfterMs("soon", now)).toBeUndefined();
    expect(retryAfterMs(null, now)).toBeUndefined();
  });
});
