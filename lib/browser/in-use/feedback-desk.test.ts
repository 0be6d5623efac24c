import { beforeEach, describe, expect, it } from "vitest";
import type { Reading } from "@/lib/browser/predict/reading";
import type { FeedbackItem, JudgedReading } from "@/lib/in-use/feedback";
import { addCounts, countsOf, type emptyCounts, type StatisticsReport } from "@/lib/in-use/statistics";
import { countReadings } from "./count-readings";
import { closeCountedDays, type DeskStorage, type KeptFeedback, type KnownAccount } from "./desk-storage";
import { type DeskApi, emptyDesk, FeedbackDesk } from "./feedback-desk";

const doctor: KnownAccount = { userId: "u1", role: "doctor" };
const reading: JudgedReading = {
  imageDigest: "sha256:image",
  frame: 0,
  manifestDigest: "sha256:model",
  serial: 1,
  probability: 0.61,
  verdict: "PNEUMONIA",
};

/** What IndexedDB keeps over visits, without one. */
function memoryStorage(): DeskStorage & { reports: StatisticsReport[] } {
  let account: KnownAccount | null = null;
  const salts = new Map<string, Uint8Array>();
  const feedback = new Map<string, KeptFeedback>();
  const sharing = new Set<string>();
  const reports: StatisticsReport[] = [];
  let days: { day: string; serial: number; counts: ReturnType<typeof emptyCounts> }[] = [];
  return {
    reports,
    readAccount: async () => account,
    keepAccount: async (next) => {
      account = next;
    },
    salt: async (userId) => {
      const salt = salts.get(userId) ?? Uint8Array.from({ length: 32 }, (_, i) => i + salts.size);
      salts.set(userId, salt);
      return salt;
    },
    feedbackOf: async (userId) => [...feedback.values()].filter((kept) => kept.userId === userId),
    keepFeedback: async (kept) => void feedback.set(kept.id, kept),
    markSent: async (id, revision) => {
      const kept = feedback.get(id);
      if (kept?.revision === revision) feedback.set(id, { ...kept, waiting: null });
    },
    isSharing: async (userId) => sharing.has(userId),
    setSharing: async (userId, on) => {
      if (on) sharing.add(userId);
      else sharing.delete(userId);
    },
    count: async (_, day, serial, counts) => {
      const known = days.find((entry) => entry.day === day && entry.serial === serial);
      if (known) known.counts = addCounts(known.counts, counts);
      else days.push({ day, serial, counts });
    },
    closeDays: async (_, today) => {
      const { closed, carried } = closeCountedDays(days.filter(({ day }) => day < today));
      days = [
        ...days.filter(({ day }) => day >= today),
        ...carried.map((entry) => ({ ...entry, day: today })),
      ];
      for (const report of closed) reports.push({ id: String(reports.length).padStart(32, "0"), ...report });
      return [...reports];
    },
    forgetReport: async (id) => {
      reports.splice(
        reports.findIndex((report) => report.id === id),
        1,
      );
    },
  };
}

let storage: ReturnType<typeof memoryStorage>;
let online: boolean;
let me: KnownAccount | null;
let arrived: FeedbackItem[];
let reported: StatisticsReport[];
let today: Date;

const answer = async <T>(value: T): Promise<T> => {
  if (!online) throw new TypeError("fetch failed");
  return value;
};
const api: DeskApi = {
  me: () => answer(me),
  sendFeedback: async (userId, items) => {
    if (userId !== (await answer(me))?.userId) return false;
    arrived.push(...items);
    return true;
  },
  sendStatistics: async (userId, reports) => {
    if (userId !== (await answer(me))?.userId) return false;
    reported.push(...reports);
    return true;
  },
};
async function visit(): Promise<FeedbackDesk> {
  const desk = new FeedbackDesk(storage, api, () => today);
  await desk.open();
  return desk;
}

beforeEach(() => {
  storage = memoryStorage();
  online = true;
  me = doctor;
  arrived = [];
  reported = [];
  today = new Date("2026-11-20T10:20:00Z");
});

describe("feedback", () => {
  it("is given without the server, outlives the visit and is sent once", async () => {
    await visit();
    online = false;
    const desk = await visit();
    await desk.give(reading, { opinion: "disagree" });
    expect(desk.givenFor(reading)?.judgement).toEqual({ opinion: "disagree" });
    expect(desk.getSnapshot().waiting).toBe(1);
    online = true;
    const next = await visit();
    expect(arrived).toMatchObject([{ opinion: "disagree", revision: 1, probability: 0.61 }]);
    await next.send();
    expect(arrived).toHaveLength(1);
    expect(next.getSnapshot().waiting).toBe(0);
    expect(next.givenFor(reading)?.waiting).toBeNull();
  });

  it("is changed and withdrawn under higher revisions, and only the last of them is sent", async () => {
    const desk = await visit();
    await desk.give(reading, { opinion: "agree" });
    online = false;
    await desk.give(reading, { opinion: "corrected", correctedLabel: "NORMAL" });
    await desk.withdraw(reading);
    await desk.withdraw(reading);
    expect(desk.givenFor(reading)).toBeNull();
    online = true;
    await desk.send();
    expect(arrived.map(({ opinion, revision }) => [opinion, revision])).toEqual([
      ["agree", 1],
      ["withdrawn", 3],
    ]);
    expect(Object.keys(arrived.at(-1) ?? {}).sort()).toEqual(["id", "opinion", "revision"]);
    await desk.give(reading, { opinion: "agree" });
    expect(arrived.at(-1)).toMatchObject({ opinion: "agree", revision: 4 });
  });

  it("that changes while it is being sent is sent again", async () => {
    let answered: () => void = () => undefined;
    const slow: DeskApi = {
      ...api,
      sendFeedback: (_, items) =>
        new Promise((resolve) => {
          arrived.push(...items);
          answered = () => resolve(true);
        }),
    };
    const desk = new FeedbackDesk(storage, slow, () => today);
    await desk.open();
    const first = desk.give(reading, { opinion: "agree" });
    await expect.poll(() => arrived.length).toBe(1);
    const second = desk.give(reading, { opinion: "disagree" });
    answered();
    await expect.poll(() => arrived.length).toBe(2);
    answered();
    await Promise.all([first, second]);
    expect(arrived.map(({ opinion }) => opinion)).toEqual(["agree", "disagree"]);
    expect(desk.getSnapshot().waiting).toBe(0);
  });

  it("is nobody's where nobody, or a viewer, is signed in, and not another doctor's", async () => {
    await (await visit()).give(reading, { opinion: "agree" });
    for (const other of [null, { userId: "v", role: "viewer" }, { userId: "u2", role: "doctor" }] as const) {
      me = other;
      expect((await visit()).givenFor(reading)).toBeNull();
    }
    me = null;
    const signedOut = await visit();
    expect(signedOut.getSnapshot().account).toBeNull();
    online = false;
    expect((await visit()).getSnapshot().account).toBeNull();
  });
});

describe("somebody else who signs in, in another tab,", () => {
  const other: KnownAccount = { userId: "u2", role: "doctor" };
  const second: JudgedReading = { ...reading, imageDigest: "sha256:second" };

  it("sends nothing of what the first one said; it waits until that one is back", async () => {
    const desk = await visit();
    me = other;
    await desk.give(reading, { opinion: "disagree" });
    expect(arrived).toEqual([]);
    expect(desk.getSnapshot()).toMatchObject({ account: other, waiting: 0 });
    expect(desk.givenFor(reading)).toBeNull();
    await desk.give(second, { opinion: "agree" });
    expect(arrived).toMatchObject([{ opinion: "agree" }]);
    me = doctor;
    await desk.open();
    expect(arrived).toMatchObject([{ opinion: "agree" }, { opinion: "disagree" }]);
    expect(desk.getSnapshot()).toMatchObject({ account: doctor, waiting: 0 });
    expect(desk.givenFor(reading)?.judgement).toEqual({ opinion: "disagree" });
  });

  it("has what waited for them sent", async () => {
    me = other;
    const before = await visit();
    online = false;
    await before.give(second, { opinion: "agree" });
    online = true;
    me = doctor;
    const desk = await visit();
    me = other;
    await desk.give(reading, { opinion: "disagree" });
    expect(arrived).toMatchObject([{ opinion: "agree" }]);
  });

  it("sends none of their statistics, and who signs out leaves nothing on the page", async () => {
    const desk = await visit();
    await desk.share(true);
    for (let i = 0; i < 10; i++)
      await storage.count("u1", "2026-11-19", 1, countsOf({ backend: "webgpu", refused: "colour" }));
    me = other;
    await desk.send();
    expect(desk.getSnapshot()).toMatchObject({ account: other, sharing: false });
    me = null;
    await desk.open();
    expect(desk.getSnapshot()).toEqual(emptyDesk);
    expect(reported).toEqual([]);
    me = doctor;
    await desk.open();
    expect(reported).toHaveLength(1);
  });

  it("is asked for once where the account is refused and still the same", async () => {
    let asked = 0;
    const refusing: DeskApi = {
      ...api,
      me: () => {
        asked++;
        return api.me();
      },
      sendFeedback: async () => false,
    };
    const desk = new FeedbackDesk(storage, refusing, () => today);
    await desk.open();
    await desk.give(reading, { opinion: "agree" });
    await desk.send();
    expect(asked).toBeLessThanOrEqual(4);
    expect(desk.getSnapshot().waiting).toBe(1);
  });
});

describe("statistics", () => {
  const readings = (count: number, change: Partial<Reading> = {}): Reading[] =>
    Array.from({ length: count }, (_, id) => ({
      id,
      frame: 0,
      step: "done",
      origin: "file",
      duplicateOf: null,
      name: "Mustermann.dcm",
      readBy: { serial: 1, backend: "wasm", manifestDigest: "m", modelVersion: "v1" },
      prediction: { probability: 0.2, durationMs: 150 },
      ...change,
    })) as Reading[];
  const sessionOf = (list: Reading[]) => {
    const listeners: (() => void)[] = [];
    const session = {
      readings: list,
      subscribe(listener: () => void) {
        listeners.push(listener);
        return () => undefined;
      },
      getSnapshot: () => ({ readings: session.readings }),
      show(next: Reading[]) {
        session.readings = next;
        for (const listener of listeners) listener();
      },
    };
    return session;
  };

  it("are off, count nothing from before consent, and are sent once when the day is over", async () => {
    const desk = await visit();
    const session = sessionOf(readings(12));
    countReadings(session, desk);
    await desk.share(true);
    session.show([...readings(12)]);
    const later = readings(25).slice(12);
    session.show([...readings(12), ...later]);
    session.show([...readings(12), ...later]);
    await desk.send();
    expect(reported).toEqual([]);
    today = new Date("2026-11-21T08:00:00Z");
    await desk.send();
    await desk.send();
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatchObject({ day: "2026-11-20", serial: 1, counts: { backends: { wasm: 13 } } });
    expect(JSON.stringify(reported)).not.toContain("Mustermann");
  });

  it("leave out samples, copies and what is not read, and carry a small day on", async () => {
    const desk = await visit();
    await desk.share(true);
    const session = sessionOf([]);
    countReadings(session, desk);
    session.show(readings(4));
    session.show([
      ...readings(4),
      ...readings(30, { origin: "sample" }).slice(10),
      ...readings(60, { duplicateOf: 1 }).slice(30),
      ...readings(90, { step: "failed", readBy: null, prediction: null }).slice(60),
    ]);
    today = new Date("2026-11-21T08:00:00Z");
    await desk.send();
    expect(reported).toEqual([]);
    session.show(readings(100).slice(94));
    today = new Date("2026-11-22T08:00:00Z");
    await desk.send();
    expect(reported.map(({ day, counts }) => [day, counts.backends.wasm])).toEqual([["2026-11-21", 10]]);
  });

  it("keep a report whose answer was lost, under its id", async () => {
    const desk = await visit();
    await desk.share(true);
    for (let i = 0; i < 10; i++)
      await storage.count("u1", "2026-11-19", 1, countsOf({ backend: "webgpu", refused: "colour" }));
    online = false;
    await desk.send();
    const [waiting] = storage.reports;
    online = true;
    await desk.send();
    expect(reported.map(({ id }) => id)).toEqual([waiting?.id]);
    expect(storage.reports).toEqual([]);
  });
});
