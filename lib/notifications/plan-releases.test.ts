import { describe, expect, it } from "vitest";
import type { NotificationContent } from "./notification";
import { planReleases, type ToldNotification, type WaitingNotification } from "./plan-releases";

const startMs = Date.parse("2026-11-21T00:00:00Z");
const minute = (n: number) => new Date(startMs + n * 60_000);

function content(kind: NotificationContent["kind"], fingerprint: string): NotificationContent {
  return { kind, severity: "error", title: `title ${fingerprint}`, text: "text", facts: [], fingerprint };
}

/** Plays the outbox forward: events at minutes, a look at each minute. @returns what was told, by minute */
function play(
  events: { at: number; content: NotificationContent }[],
  minutes: number,
): { at: number; kind: string; of: number }[] {
  let waiting: WaitingNotification[] = [];
  const told: ToldNotification[] = [];
  const messages: { at: number; kind: string; of: number }[] = [];
  for (let at = 0; at <= minutes; at++) {
    for (const [index, event] of events.entries())
      if (event.at === at)
        waiting.push({ id: `${index}`, createdAt: minute(event.at), content: event.content });
    const plan = planReleases(waiting, told, { now: minute(at), tellSkippedEvery: 7 });
    const tell = (item: NotificationContent, kind: string, of: number) => {
      told.push({
        kind,
        fingerprint: item.fingerprint,
        isSummary: item.kind === "summary",
        releasedAt: minute(at),
      });
      messages.push({ at, kind: item.kind, of });
    };
    for (const id of plan.release) {
      const { content: item } = waiting.find((one) => one.id === id) as WaitingNotification;
      tell(item, item.kind, 1);
    }
    for (const { of, content: item } of plan.summaries) {
      const first = waiting.find((one) => one.id === of[0]) as WaitingNotification;
      tell(item, first.content.kind, of.length);
    }
    const gone = new Set([...plan.release, ...plan.ignore, ...plan.summaries.flatMap(({ of }) => of)]);
    waiting = waiting.filter(({ id }) => !gone.has(id));
  }
  return messages;
}

describe("planReleases", () => {
  it("tells different things at once", () => {
    const messages = play(
      [
        { at: 0, content: content("promoted", "a") },
        { at: 0, content: content("failed", "b") },
        { at: 1, content: content("failed", "c") },
      ],
      5,
    );
    expect(messages.map(({ at, kind }) => [at, kind])).toEqual([
      [0, "promoted"],
      [0, "failed"],
      [1, "failed"],
    ]);
  });

  it("makes one message of a crash loop at once, and one summary in an hour", () => {
    const events = Array.from({ length: 300 }, (_, at) => ({ at, content: content("failed", "same") }));
    const messages = play(events, 400);
    expect(messages[0]).toEqual({ at: 0, kind: "failed", of: 1 });
    expect(messages.length).toBeLessThanOrEqual(7);
    expect(messages.filter(({ at }) => at < 60)).toHaveLength(1);
    expect(messages.reduce((sum, { of }) => sum + of, 0)).toBe(300);
  });

  it("tells three of a kind in an hour, the others in a summary that counts them", () => {
    const events = Array.from({ length: 20 }, (_, at) => ({ at, content: content("failed", `run ${at}`) }));
    expect(play(events, 120)).toEqual([
      { at: 0, kind: "failed", of: 1 },
      { at: 1, kind: "failed", of: 1 },
      { at: 2, kind: "failed", of: 1 },
      { at: 63, kind: "summary", of: 17 },
    ]);
  });

  it("a flood of one kind holds back no other kind", () => {
    const events = Array.from({ length: 30 }, () => ({ at: 0, content: content("failed", "same") }));
    const messages = play([...events, { at: 5, content: content("revoked", "v2") }], 10);
    expect(messages).toContainEqual({ at: 5, kind: "revoked", of: 1 });
  });

  it("tells a few different ones that waited long one by one", () => {
    const waiting = [1, 2].map((n) => ({
      id: `${n}`,
      createdAt: minute(n),
      content: content("rejected", `run ${n}`),
    }));
    const plan = planReleases(waiting, [], { now: minute(600), tellSkippedEvery: 7 });
    expect(plan).toEqual({ release: ["1", "2"], ignore: [], summaries: [] });
  });

  it("tells of skipped runs at seven in a row and its multiples", () => {
    const day = (skippedInARow: number) => ({ ...content("skipped", `${skippedInARow}`), skippedInARow });
    const told = (every: number) =>
      Array.from({ length: 15 }, (_, at) => at + 1).filter((days) => {
        const waiting = [{ id: "1", createdAt: minute(0), content: day(days) }];
        const plan = planReleases(waiting, [], { now: minute(0), tellSkippedEvery: every });
        expect(plan.release.length + plan.ignore.length).toBe(1);
        return plan.release.length === 1;
      });
    expect(told(7)).toEqual([7, 14]);
    expect(told(0)).toEqual([]);
  });
});
