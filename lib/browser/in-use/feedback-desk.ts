import {
  type FeedbackItem,
  feedbackBatch,
  feedbackIdOf,
  feedbackItemOf,
  type JudgedReading,
  type Judgement,
} from "@/lib/in-use/feedback";
import { type CountedOutcome, countsOf, reportBatch, type StatisticsReport } from "@/lib/in-use/statistics";
import type { DeskStorage, KeptFeedback, KnownAccount } from "./desk-storage";

/** What the desk asks of the server. */
export interface DeskApi {
  /** @returns null where nobody is signed in @throws where the server gives no answer */
  me(): Promise<KnownAccount | null>;
  sendFeedback(items: FeedbackItem[]): Promise<unknown>;
  sendStatistics(reports: StatisticsReport[]): Promise<unknown>;
}

export interface DeskSnapshot {
  /** A doctor or admin; null for everyone else, and until it is known. */
  account: KnownAccount | null;
  /** What this account said, by id. */
  given: ReadonlyMap<string, KeptFeedback>;
  /** How many of them the server does not have yet. */
  waiting: number;
  /** Whether this account shares statistics from this browser. */
  sharing: boolean;
}

export const emptyDesk: DeskSnapshot = { account: null, given: new Map(), waiting: 0, sharing: false };

/**
 * Takes doctors' feedback and counts, keeps both in this browser and sends them when the server can be reached. What
 * is sent is exactly what lib/in-use describes. Images, names and times never come here.
 */
export class FeedbackDesk {
  readonly #storage: DeskStorage;
  readonly #api: DeskApi;
  readonly #now: () => Date;
  #snapshot = emptyDesk;
  #listeners = new Set<() => void>();
  #salt = new Uint8Array();
  #sending: Promise<void> | null = null;

  constructor(storage: DeskStorage, api: DeskApi, now = () => new Date()) {
    this.#storage = storage;
    this.#api = api;
    this.#now = now;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): DeskSnapshot => this.#snapshot;

  /** Finds out who is signed in; without the server, who was. */
  async open(): Promise<void> {
    const account = await this.#api.me().then(
      async (me) => {
        await this.#storage.keepAccount(me);
        return me;
      },
      () => this.#storage.readAccount(),
    );
    if (!account || account.role === "viewer") return this.#update({ ...emptyDesk });
    this.#salt = Uint8Array.from(await this.#storage.salt(account.userId));
    const kept = await this.#storage.feedbackOf(account.userId);
    const sharing = await this.#storage.isSharing(account.userId);
    this.#update({ account, sharing, ...stateOf(new Map(kept.map((entry) => [entry.id, entry]))) });
    await this.send();
  }

  /** What was said of a reading; null for nothing, or what was withdrawn. */
  givenFor(reading: JudgedReading): KeptFeedback | null {
    if (!this.#snapshot.account) return null;
    const kept = this.#snapshot.given.get(feedbackIdOf(reading, this.#salt));
    return kept?.judgement ? kept : null;
  }

  /** Says it, or says something else than before. */
  async give(reading: JudgedReading, judgement: Judgement): Promise<void> {
    const id = feedbackIdOf(reading, this.#salt);
    const revision = this.#nextRevision(id);
    await this.#keep(judgement, feedbackItemOf(reading, judgement, { id, revision, now: this.#now() }));
  }

  async withdraw(reading: JudgedReading): Promise<void> {
    const id = feedbackIdOf(reading, this.#salt);
    if (!this.givenFor(reading)) return;
    await this.#keep(null, { id, revision: this.#nextRevision(id), opinion: "withdrawn" });
  }

  async share(sharing: boolean): Promise<void> {
    const { account } = this.#snapshot;
    if (!account) return;
    await this.#storage.setSharing(account.userId, sharing);
    this.#update({ sharing });
  }

  /** Counts an outcome, where this account shares statistics. */
  async count(serial: number, outcome: CountedOutcome): Promise<void> {
    const { account, sharing } = this.#snapshot;
    if (!account || !sharing) return;
    await this.#storage.count(account.userId, this.#today(), serial, countsOf(outcome));
  }

  /** Sends what waits. Never throws: what could not be sent waits on. */
  send(): Promise<void> {
    this.#sending ??= this.#sendAll()
      .catch(() => undefined)
      .finally(() => {
        this.#sending = null;
      });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    const { account, sharing } = this.#snapshot;
    if (!account) return;
    for (let items = this.#waitingItems(); items.length > 0; items = this.#waitingItems()) {
      await this.#api.sendFeedback(items);
      for (const { id, revision } of items) await this.#markSent(id, revision);
    }
    if (!sharing) return;
    const reports = await this.#storage.closeDays(account.userId, this.#today());
    for (let start = 0; start < reports.length; start += reportBatch) {
      const batch = reports.slice(start, start + reportBatch);
      await this.#api.sendStatistics(batch);
      for (const { id } of batch) await this.#storage.forgetReport(id);
    }
  }

  #waitingItems(): FeedbackItem[] {
    return [...this.#snapshot.given.values()]
      .flatMap(({ waiting }) => (waiting ? [waiting] : []))
      .slice(0, feedbackBatch);
  }

  async #markSent(id: string, revision: number): Promise<void> {
    const kept = this.#snapshot.given.get(id);
    if (kept?.revision === revision) this.#set({ ...kept, waiting: null });
    await this.#storage.markSent(id, revision).catch(() => undefined);
  }

  async #keep(judgement: Judgement | null, waiting: FeedbackItem): Promise<void> {
    const { account } = this.#snapshot;
    if (!account) return;
    const { id, revision } = waiting;
    const kept = { id, userId: account.userId, revision, judgement, waiting };
    this.#set(kept);
    // Without storage it is still sent while the page is open.
    await this.#storage.keepFeedback(kept).catch(() => undefined);
    await this.send();
    // What was said while an earlier request was under way.
    if (this.#snapshot.given.get(id)?.waiting) await this.send();
  }

  #nextRevision(id: string): number {
    return (this.#snapshot.given.get(id)?.revision ?? 0) + 1;
  }

  #today(): string {
    return this.#now().toISOString().slice(0, 10);
  }

  #set(kept: KeptFeedback): void {
    this.#update(stateOf(new Map(this.#snapshot.given).set(kept.id, kept)));
  }

  #update(change: Partial<DeskSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function stateOf(given: ReadonlyMap<string, KeptFeedback>): Pick<DeskSnapshot, "given" | "waiting"> {
  return { given, waiting: [...given.values()].filter(({ waiting }) => waiting).length };
}
