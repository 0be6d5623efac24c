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
  /** Both: @returns false, with nothing taken, where `userId` is not who is signed in, or may not send */
  sendFeedback(userId: string, items: FeedbackItem[]): Promise<boolean>;
  sendStatistics(userId: string, reports: StatisticsReport[]): Promise<boolean>;
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
  #finding: Promise<boolean> | null = null;

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

  /** Finds out who is signed in, without the server who was, and sends what waits. May be called again at any time. */
  async open(): Promise<void> {
    await this.#findAccount();
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
    if (await this.#sendWaiting()) return;
    // Somebody else has signed in, in another tab say: what was given here waits for its giver.
    if (await this.#findAccount()) await this.#sendWaiting();
  }

  /** @returns false where the server says that this is not who is signed in */
  async #sendWaiting(): Promise<boolean> {
    for (let batch = this.#waitingBatch(); batch; batch = this.#waitingBatch()) {
      if (!(await this.#api.sendFeedback(batch.userId, batch.items))) return false;
      for (const { id, revision } of batch.items) await this.#markSent(id, revision);
    }
    const { account, sharing } = this.#snapshot;
    if (!account || !sharing) return true;
    const reports = await this.#storage.closeDays(account.userId, this.#today());
    for (let start = 0; start < reports.length; start += reportBatch) {
      const batch = reports.slice(start, start + reportBatch);
      if (!(await this.#api.sendStatistics(account.userId, batch))) return false;
      for (const { id } of batch) await this.#storage.forgetReport(id);
    }
    return true;
  }

  #waitingBatch(): { userId: string; items: FeedbackItem[] } | null {
    const { account, given } = this.#snapshot;
    const items = [...given.values()].flatMap(({ waiting }) => waiting ?? []).slice(0, feedbackBatch);
    return account && items.length > 0 ? { userId: account.userId, items } : null;
  }

  /** @returns whether it is another account than before */
  #findAccount(): Promise<boolean> {
    this.#finding ??= this.#changeAccount().finally(() => {
      this.#finding = null;
    });
    return this.#finding;
  }

  async #changeAccount(): Promise<boolean> {
    const found = await this.#signedIn();
    const account = found?.role === "viewer" ? null : found;
    if (account?.userId === this.#snapshot.account?.userId) return false;
    if (account) await this.#takeOver(account);
    else this.#update({ ...emptyDesk });
    return true;
  }

  async #signedIn(): Promise<KnownAccount | null> {
    let me: KnownAccount | null;
    try {
      me = await this.#api.me();
    } catch {
      return this.#storage.readAccount();
    }
    await this.#storage.keepAccount(me);
    return me;
  }

  async #takeOver(account: KnownAccount): Promise<void> {
    const salt = await this.#storage.salt(account.userId);
    const kept = await this.#storage.feedbackOf(account.userId);
    const sharing = await this.#storage.isSharing(account.userId);
    this.#salt = Uint8Array.from(salt);
    this.#update({ account, sharing, ...stateOf(new Map(kept.map((entry) => [entry.id, entry]))) });
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
