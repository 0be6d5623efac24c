import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { FeedbackItem, Judgement } from "@/lib/in-use/feedback";
import {
  addCounts,
  emptyCounts,
  fewestResults,
  resultsIn,
  type StatisticsCounts,
  type StatisticsReport,
} from "@/lib/in-use/statistics";

/** Who was signed in here last, so that feedback can be given without the server. */
export interface KnownAccount {
  userId: string;
  role: "viewer" | "doctor" | "admin";
}

export interface KeptFeedback {
  id: string;
  userId: string;
  revision: number;
  /** Null where it was withdrawn. */
  judgement: Judgement | null;
  /** What waits to be sent; null once the server has it. */
  waiting: FeedbackItem | null;
}

export interface KeptReport {
  userId: string;
  report: StatisticsReport;
}

/** What the feedback desk keeps between visits. */
export interface DeskStorage {
  readAccount(): Promise<KnownAccount | null>;
  keepAccount(account: KnownAccount | null): Promise<void>;
  /** The account's 32 random bytes in this browser, made at first use. */
  salt(userId: string): Promise<Uint8Array>;
  feedbackOf(userId: string): Promise<KeptFeedback[]>;
  keepFeedback(kept: KeptFeedback): Promise<void>;
  /** Marks it as sent, unless it was changed since. */
  markSent(id: string, revision: number): Promise<void>;
  isSharing(userId: string): Promise<boolean>;
  /** Ending it removes what was counted and not yet sent. */
  setSharing(userId: string, sharing: boolean): Promise<void>;
  count(userId: string, day: string, serial: number, counts: StatisticsCounts): Promise<void>;
  /** Turns days before `today` into reports, each once, and returns all that wait to be sent. */
  closeDays(userId: string, today: string): Promise<StatisticsReport[]>;
  forgetReport(id: string): Promise<void>;
}

interface CountedDay {
  userId: string;
  day: string;
  serial: number;
  counts: StatisticsCounts;
}

interface DeskDatabase extends DBSchema {
  settings: { key: string; value: KnownAccount | Uint8Array | boolean };
  feedback: { key: string; value: KeptFeedback };
  days: { key: [string, string, number]; value: CountedDay };
  reports: { key: string; value: KeptReport };
}

const databaseName = "pneumoscope-in-use";
let opened: Promise<IDBPDatabase<DeskDatabase>> | undefined;

function open(): Promise<IDBPDatabase<DeskDatabase>> {
  opened ??= openDB<DeskDatabase>(databaseName, 1, {
    upgrade(database) {
      database.createObjectStore("settings");
      database.createObjectStore("feedback", { keyPath: "id" });
      database.createObjectStore("days", { keyPath: ["userId", "day", "serial"] });
      database.createObjectStore("reports", { keyPath: "report.id" });
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = undefined;
    },
  });
  return opened;
}

/** Removes it all, feedback that was not sent among it. */
export async function forgetDesk(): Promise<void> {
  (await opened?.catch(() => undefined))?.close();
  opened = undefined;
  await deleteDB(databaseName);
}

/** Feedback that waits to be sent; opens no database where there is none. */
export async function countWaitingFeedback(): Promise<number> {
  const databases = await indexedDB.databases?.().catch(() => []);
  if (!databases?.some(({ name }) => name === databaseName)) return 0;
  const all = await (await open()).getAll("feedback");
  return all.filter(({ waiting }) => waiting).length;
}

/** In IndexedDB. Every change is one transaction, so that two tabs neither lose nor double anything. */
export const deskStorage: DeskStorage = {
  async readAccount() {
    return ((await (await open()).get("settings", "account")) as KnownAccount | undefined) ?? null;
  },
  async keepAccount(account) {
    const database = await open();
    if (account) await database.put("settings", account, "account");
    else await database.delete("settings", "account");
  },
  async salt(userId) {
    const made = crypto.getRandomValues(new Uint8Array(32));
    const { store, done } = (await open()).transaction("settings", "readwrite");
    const key = `salt ${userId}`;
    const known = (await store.get(key)) as Uint8Array | undefined;
    if (!known) await store.put(made, key);
    await done;
    return known ?? made;
  },
  async feedbackOf(userId) {
    return (await (await open()).getAll("feedback")).filter((kept) => kept.userId === userId);
  },
  async keepFeedback(kept) {
    await (await open()).put("feedback", kept);
  },
  async markSent(id, revision) {
    const { store, done } = (await open()).transaction("feedback", "readwrite");
    const kept = await store.get(id);
    if (kept?.revision === revision) await store.put({ ...kept, waiting: null });
    await done;
  },
  async isSharing(userId) {
    return (await (await open()).get("settings", `sharing ${userId}`)) === true;
  },
  async setSharing(userId, sharing) {
    const transaction = (await open()).transaction(["settings", "days", "reports"], "readwrite");
    await transaction.objectStore("settings").put(sharing, `sharing ${userId}`);
    if (!sharing) {
      for (const day of await transaction.objectStore("days").getAll())
        if (day.userId === userId)
          await transaction.objectStore("days").delete([day.userId, day.day, day.serial]);
      for (const kept of await transaction.objectStore("reports").getAll())
        if (kept.userId === userId) await transaction.objectStore("reports").delete(kept.report.id);
    }
    await transaction.done;
  },
  async count(userId, day, serial, counts) {
    const { store, done } = (await open()).transaction("days", "readwrite");
    const known = await store.get([userId, day, serial]);
    await store.put({ userId, day, serial, counts: addCounts(known?.counts ?? emptyCounts(), counts) });
    await done;
  },
  async closeDays(userId, today) {
    const transaction = (await open()).transaction(["days", "reports"], "readwrite");
    const days = transaction.objectStore("days");
    const reports = transaction.objectStore("reports");
    const own = (await days.getAll()).filter((counted) => counted.userId === userId && counted.day < today);
    const { closed, carried } = closeCountedDays(own);
    for (const { day, serial } of own) await days.delete([userId, day, serial]);
    for (const report of closed) await reports.put({ userId, report: { id: randomId(), ...report } });
    for (const { serial, counts } of carried) {
      const known = await days.get([userId, today, serial]);
      await days.put({
        userId,
        day: today,
        serial,
        counts: addCounts(known?.counts ?? emptyCounts(), counts),
      });
    }
    const waiting = (await reports.getAll()).filter((kept) => kept.userId === userId);
    await transaction.done;
    return waiting.map(({ report }) => report);
  },
  async forgetReport(id) {
    await (await open()).delete("reports", id);
  },
};

/** Which days are reported as they are, and which have too few results and are carried on. */
export function closeCountedDays<Day extends { day: string; serial: number; counts: StatisticsCounts }>(
  days: readonly Day[],
): { closed: Omit<StatisticsReport, "id">[]; carried: Day[] } {
  const isEnough = ({ counts }: Day) => resultsIn(counts) >= fewestResults;
  return {
    closed: days.filter(isEnough).map(({ day, serial, counts }) => ({ day, serial, counts })),
    carried: days.filter((day) => !isEnough(day)),
  };
}

function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
