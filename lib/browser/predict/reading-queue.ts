import type { Revocation } from "@/lib/manifest";
import { toFailure } from "./failure";
import type { BatchFailure, BatchResult, Failure, ListedImage, ReadImage } from "./messages";
import {
  type Entry,
  entryOf,
  type HeldImage,
  joined,
  newEntry,
  type RemovedReadings,
  resultOf,
  settledBy,
  usualSize,
} from "./queue-entry";
import { BatchError, type ImageSource, type ModelSource } from "./queue-sources";
import { type ImageOrigin, isFinal, type ReadBy, type Reading, type ShownImage } from "./reading";

export interface QueueProgress {
  total: number;
  /** Done, refused, failed or cancelled. */
  settled: number;
  cancelled: number;
  running: boolean;
  /** Null until enough was read to tell. */
  remainingMs: number | null;
}

export interface QueueSnapshot {
  readings: Reading[];
  currentId: number | null;
  shown: ShownImage | null;
  /** Why the current image cannot be shown although it was read before. */
  shownFailure: Failure | null;
  progress: QueueProgress;
}

/** Images decoded ahead of the network, besides a batch. */
const ahead = 2;

/**
 * The worklist: which image is read next, and what became of each. One image at a time is decoded, one batch at a
 * time predicted; the image on screen goes first. Of all other images it holds no more than a few model inputs.
 */
export class ReadingQueue {
  readonly #images: ImageSource;
  readonly #model: ModelSource;
  readonly #onChange: (readingId: number | null) => void;
  readonly #now: () => number;
  #entries = new Map<number, Entry>();
  /** To be decoded, in order. */
  #queued = new Set<number>();
  /** Decoded, for the network, in order. */
  #waiting = new Set<number>();
  #firstByDigest = new Map<string, number>();
  #copies = new Map<number, Set<number>>();
  #distrusted = new Set<number>();
  /** By manifest digest. */
  #revocations = new Map<string, Revocation>();
  #currentId: number | null = null;
  #shown: ShownImage | null = null;
  #shownFailure: Failure | null = null;
  #decoding = false;
  #predicting = false;
  #modelChanges = 0;
  #lastId = 0;
  #active = false;
  #firstSettledAt = 0;
  #runSettled = 0;

  constructor(
    images: ImageSource,
    model: ModelSource,
    onChange: (readingId: number | null) => void,
    now = () => performance.now(),
  ) {
    this.#images = images;
    this.#model = model;
    this.#onChange = onChange;
    this.#now = now;
  }

  snapshot(): QueueSnapshot {
    const readings = [...this.#entries.values()].map(({ reading }) => reading);
    return {
      readings,
      currentId: this.#currentId,
      shown: this.#shown,
      shownFailure: this.#shownFailure,
      progress: this.#progress(readings),
    };
  }

  /** Takes images into the list, after those it has. @returns their ids */
  add(images: readonly ListedImage[], origin: ImageOrigin, cancelled = false): number[] {
    const ids = images.map((image) => this.#addOne(image, origin, cancelled));
    this.#pump();
    return ids;
  }

  #addOne(image: ListedImage, origin: ImageOrigin, cancelled: boolean): number {
    const id = ++this.#lastId;
    const step = image.failure ? "failed" : cancelled ? "cancelled" : "queued";
    this.#entries.set(id, newEntry(id, image, origin, step));
    if (step === "queued") this.#queued.add(id);
    return id;
  }

  select(id: number | null): void {
    if (id !== null && !this.#entries.has(id)) return;
    if (this.#currentId === id) return;
    this.#currentId = id;
    this.#shown = null;
    this.#shownFailure = null;
    this.#pump();
  }

  /** Another frame of a multi-frame image: it is shown, and read anew. */
  setFrame(id: number, frame: number): void {
    const entry = this.#entries.get(id);
    if (!entry || frame === entry.reading.frame || frame < 0 || frame >= entry.reading.frameCount) return;
    this.#detachCopies(id);
    this.#detach(entry);
    this.#change(entry, { frame, prediction: null, refusal: null, readBy: null, failure: null });
    this.#requeue(entry);
    this.#pump();
  }

  /** Keeps what is done; an image that the network works on is finished, the others stop. */
  cancel(): void {
    for (const entry of this.#entries.values()) {
      const { step, prediction, refusal } = entry.reading;
      if (isFinal(step) || step === "predicting") continue;
      this.#leaveQueue(entry);
      this.#change(entry, { step: prediction ? "done" : refusal ? "refused" : "cancelled" });
    }
    this.#pump();
  }

  /** Goes on with what was cancelled. */
  resume(ids?: readonly number[]): void {
    const wanted = ids && new Set(ids);
    for (const entry of this.#entries.values()) {
      const { id, step, duplicateOf } = entry.reading;
      if (step === "cancelled" && duplicateOf === null && (!wanted || wanted.has(id))) this.#requeue(entry);
    }
    this.#pump();
  }

  /** Reads again what is done or was refused, for example by an earlier model version. */
  readAgain(which: (reading: Reading) => boolean): void {
    for (const entry of this.#entries.values()) {
      const { step, duplicateOf } = entry.reading;
      if ((step === "done" || step === "refused") && duplicateOf === null && which(entry.reading))
        this.#requeue(entry);
    }
    this.#pump();
  }

  /** Tries a failed image once more. */
  retry(id: number): void {
    const entry = this.#entries.get(id);
    if (entry?.reading.step !== "failed") return;
    this.#change(entry, { failure: null });
    this.#shownFailure = null;
    this.#requeue(entry);
    this.#pump();
  }

  /** Takes images off the list. @returns what restore() needs to bring them back */
  remove(ids: readonly number[]): RemovedReadings {
    const order = [...this.#entries.keys()];
    const removed = new Set(ids);
    const taken: Entry[] = [];
    const next = this.#neighbourOf(this.#currentId, removed);
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (!entry) continue;
      this.#leaveQueue(entry);
      this.#detachCopies(id);
      this.#detach(entry);
      if (entry.reading.digest && this.#firstByDigest.get(entry.reading.digest) === id)
        this.#firstByDigest.delete(entry.reading.digest);
      this.#entries.delete(id);
      taken.push(entry);
    }
    const currentId = this.#currentId;
    if (currentId !== null && removed.has(currentId)) this.select(next);
    this.#pump();
    return { entries: taken, order, currentId };
  }

  /** Brings removed images back to where they were. */
  restore({ entries, order, currentId }: RemovedReadings): void {
    const all = new Map(this.#entries);
    for (const entry of entries) all.set(entry.reading.id, entry);
    const known = new Set(order);
    const sorted = [...order, ...[...all.keys()].filter((id) => !known.has(id))];
    this.#entries = new Map(sorted.flatMap((id) => entryOf(all, id)));
    for (const entry of entries) {
      const { id, step, digest, readBy } = entry.reading;
      entry.reading = { ...entry.reading, revoked: this.#revocationOf(readBy) };
      if (digest && !this.#firstByDigest.has(digest)) this.#firstByDigest.set(digest, id);
      if (!isFinal(step)) this.#requeue(entry);
    }
    if (currentId !== null) this.select(currentId);
    this.#pump();
  }

  /** Lets go of removed images for good. */
  forget({ entries }: RemovedReadings): void {
    const keys = entries.map(({ key }) => key);
    if (keys.length > 0) this.#images.forget(keys);
  }

  /** A model became ready, or is another one than before. */
  modelChanged(): void {
    this.#modelChanges++;
    this.#pump();
  }

  /** The known answers came out wrong after this round: its results are taken back and computed again. */
  distrust(round: number): number {
    this.#distrusted.add(round);
    let count = 0;
    for (const entry of this.#entries.values()) {
      if (entry.round !== round || entry.reading.duplicateOf !== null) continue;
      entry.round = null;
      this.#change(entry, { prediction: null, refusal: null, readBy: null });
      this.#requeue(entry);
      count++;
    }
    this.#pump();
    return count;
  }

  /** Versions that may not be used any more: what they read is marked, also what comes from them later. */
  setRevocations(revocations: readonly Revocation[]): void {
    this.#revocations = new Map(revocations.map((entry) => [entry.manifestDigest, entry]));
    for (const entry of this.#entries.values()) {
      const { readBy, revoked, duplicateOf } = entry.reading;
      const now = this.#revocationOf(readBy);
      if (now?.manifestDigest !== revoked?.manifestDigest && duplicateOf === null)
        this.#change(entry, { revoked: now });
    }
  }

  #revocationOf(readBy: ReadBy | null): Revocation | null {
    return (readBy && this.#revocations.get(readBy.manifestDigest)) ?? null;
  }

  #progress(readings: readonly Reading[]): QueueProgress {
    const settled = readings.filter(({ step }) => isFinal(step)).length;
    const running = settled < readings.length;
    const elapsedMs = this.#now() - this.#firstSettledAt;
    const perImageMs = this.#runSettled >= 3 ? elapsedMs / (this.#runSettled - 1) : null;
    return {
      total: readings.length,
      settled,
      cancelled: readings.filter(({ step }) => step === "cancelled").length,
      running,
      remainingMs: running && perImageMs !== null ? perImageMs * (readings.length - settled) : null,
    };
  }

  #neighbourOf(id: number | null, removed: ReadonlySet<number>): number | null {
    const order = [...this.#entries.keys()];
    const at = id === null ? -1 : order.indexOf(id);
    const stays = (candidate: number) => !removed.has(candidate);
    return order.slice(at + 1).find(stays) ?? order.slice(0, Math.max(0, at)).findLast(stays) ?? null;
  }

  #change(entry: Entry, change: Partial<Reading>): void {
    const revoked = change.readBy === undefined ? {} : { revoked: this.#revocationOf(change.readBy) };
    entry.reading = { ...entry.reading, ...change, ...revoked };
    for (const id of this.#copies.get(entry.reading.id) ?? []) {
      const copy = this.#entries.get(id);
      if (!copy) continue;
      copy.reading = { ...copy.reading, ...resultOf(entry.reading) };
      this.#onChange(id);
    }
    this.#onChange(entry.reading.id);
  }

  #settle(entry: Entry, change: Partial<Reading>): void {
    if (this.#runSettled++ === 0) this.#firstSettledAt = this.#now();
    this.#change(entry, { ...change, readAt: new Date().toISOString() });
  }

  #requeue(entry: Entry): void {
    const { id } = entry.reading;
    entry.held = null;
    this.#waiting.delete(id);
    this.#queued.add(id);
    this.#change(entry, { step: "queued" });
  }

  #leaveQueue(entry: Entry): void {
    entry.held = null;
    this.#queued.delete(entry.reading.id);
    this.#waiting.delete(entry.reading.id);
  }

  /** A copy becomes a reading of its own. */
  #detach(entry: Entry): void {
    const { id, duplicateOf } = entry.reading;
    if (duplicateOf === null) return;
    this.#copies.get(duplicateOf)?.delete(id);
    this.#change(entry, { duplicateOf: null });
  }

  #detachCopies(id: number): void {
    for (const copyId of [...(this.#copies.get(id) ?? [])]) {
      const copy = this.#entries.get(copyId);
      if (!copy) continue;
      this.#detach(copy);
      if (!isFinal(copy.reading.step)) this.#requeue(copy);
    }
    this.#copies.delete(id);
  }

  #pump(): void {
    this.#onChange(null);
    void this.#decodeAll();
    void this.#predictAll();
  }

  async #decodeAll(): Promise<void> {
    if (this.#decoding) return;
    this.#decoding = true;
    for (let job = this.#nextImage(); job; job = this.#nextImage()) await this.#decode(job.entry, job.show);
    this.#decoding = false;
    this.#restIfIdle();
  }

  /** The image on screen first, then the list in order, but not far ahead of the network. */
  #nextImage(): { entry: Entry; show: boolean } | null {
    const current = this.#currentId === null ? undefined : this.#entries.get(this.#currentId);
    if (current && this.#wantsShowing(current)) return { entry: current, show: true };
    if (this.#waiting.size >= ahead + (this.#model.ready()?.batchSize ?? 1)) return null;
    const [id] = this.#queued;
    const entry = id === undefined ? undefined : this.#entries.get(id);
    return entry ? { entry, show: false } : null;
  }

  #wantsShowing({ reading }: Entry): boolean {
    if (this.#shownFailure || reading.step === "failed") return false;
    return this.#shown?.readingId !== reading.id || this.#shown.radiograph.frame !== reading.frame;
  }

  async #decode(entry: Entry, show: boolean): Promise<void> {
    const { id, frame, step } = entry.reading;
    this.#active = true;
    if (step === "queued") {
      this.#queued.delete(id);
      this.#change(entry, { step: "decoding" });
    }
    const size = this.#model.ready()?.size ?? usualSize;
    try {
      const image = await this.#images.read({ key: entry.key, frame, size, show });
      if (this.#entries.get(id) === entry) this.#decoded(entry, frame, image);
    } catch (error) {
      if (this.#entries.get(id) === entry) this.#undecoded(entry, frame, toFailure(error));
    }
    void this.#predictAll();
  }

  #decoded(entry: Entry, frame: number, { radiograph, digest, ...held }: ReadImage): void {
    const { id } = entry.reading;
    const isAsked = entry.reading.frame === frame;
    if (radiograph && isAsked && this.#currentId === id) this.#shown = { readingId: id, radiograph };
    if (isAsked && entry.reading.step === "decoding") this.#enqueue(entry, digest, held);
    else this.#onChange(id);
  }

  /** For the network, unless the same file is in the list already. */
  #enqueue(entry: Entry, digest: string, held: HeldImage): void {
    const { id, frame } = entry.reading;
    const facts = { digest, frameCount: held.facts.frameCount, facts: held.facts };
    const firstId = this.#firstByDigest.get(digest);
    const first = firstId === undefined ? undefined : this.#entries.get(firstId);
    if (first && first !== entry && first.reading.frame === frame) {
      this.#becomeCopy(entry, first, facts);
      return;
    }
    if (!first) this.#firstByDigest.set(digest, id);
    const drawn = entry.reading.origin === "sample";
    entry.held = { ...held, facts: { ...held.facts, drawn } };
    this.#waiting.add(id);
    this.#change(entry, { step: "waiting", ...facts });
  }

  #becomeCopy(entry: Entry, first: Entry, facts: Pick<Reading, "digest" | "frameCount" | "facts">): void {
    const { id } = first.reading;
    const copies = this.#copies.get(id) ?? new Set();
    this.#copies.set(id, copies.add(entry.reading.id));
    this.#settle(entry, { ...facts, duplicateOf: id, ...resultOf(first.reading) });
  }

  #undecoded(entry: Entry, frame: number, failure: Failure): void {
    if (entry.reading.frame !== frame) return;
    if (this.#currentId === entry.reading.id) this.#shownFailure = failure;
    if (entry.reading.step === "decoding") this.#settle(entry, { step: "failed", failure, prediction: null });
    else this.#onChange(entry.reading.id);
  }

  async #predictAll(): Promise<void> {
    if (this.#predicting) return;
    this.#predicting = true;
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      if (!(await this.#predict(batch))) break;
      void this.#decodeAll();
    }
    this.#predicting = false;
    this.#restIfIdle();
  }

  #nextBatch(): Entry[] {
    const model = this.#model.ready();
    if (!model) return [];
    for (const entry of this.#waitingEntries()) if (entry.held?.size !== model.size) this.#requeue(entry);
    const waiting = this.#waitingEntries();
    const current = waiting.find(({ reading }) => reading.id === this.#currentId);
    // The first result of a run comes as soon as it can.
    const first = current ?? (this.#runSettled === 0 ? waiting[0] : waiting.find(({ alone }) => alone));
    if (waiting.length === 0) void this.#decodeAll();
    return first ? [first] : waiting.slice(0, model.batchSize);
  }

  #waitingEntries(): Entry[] {
    return [...this.#waiting].flatMap((id) => entryOf(this.#entries, id).map(([, entry]) => entry));
  }

  /** @returns whether to go on; where the model changes, modelChanged() goes on */
  async #predict(batch: Entry[]): Promise<boolean> {
    const held = batch.flatMap((entry) => entry.held ?? []);
    for (const entry of batch) {
      this.#waiting.delete(entry.reading.id);
      entry.held = null;
      this.#change(entry, { step: "predicting" });
    }
    void this.#decodeAll();
    const changesBefore = this.#modelChanges;
    try {
      const result = await this.#model.predict(joined(held));
      this.#predicted(batch, held, result);
      return true;
    } catch (error) {
      const problem: BatchFailure =
        error instanceof BatchError ? error.batch : { cause: "batch", failure: toFailure(error) };
      this.#unpredicted(batch, held, problem);
      // The word of a new model may come before that of the batch which the old one did not finish.
      return problem.cause === "batch" || this.#modelChanges !== changesBefore;
    }
  }

  #predicted(batch: Entry[], held: HeldImage[], result: BatchResult): void {
    const trusted = !this.#distrusted.has(result.round);
    for (const [i, entry] of batch.entries()) {
      const outcome = result.outcomes[i];
      const image = held[i];
      if (!this.#isPredicting(entry) || !outcome || !image) continue;
      if (trusted) {
        entry.round = result.round;
        this.#settle(entry, settledBy(outcome, image, result, batch.length));
      } else this.#requeue(entry);
    }
  }

  #unpredicted(batch: Entry[], held: HeldImage[], { cause, failure }: BatchFailure): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const isHopeless = cause === "batch" && batch.length === 1;
    for (const [i, entry] of batch.entries()) {
      if (!this.#isPredicting(entry)) continue;
      if (isHopeless) {
        this.#settle(entry, { step: "failed", failure, prediction: null });
        continue;
      }
      entry.alone = cause === "batch";
      entry.held = held[i] ?? null;
      this.#waiting.add(entry.reading.id);
      this.#change(entry, { step: "waiting" });
    }
    for (const id of waiting) this.#waiting.add(id);
  }

  /** False where the image was removed, or another of its frames is wanted now. */
  #isPredicting(entry: Entry): boolean {
    return this.#entries.get(entry.reading.id) === entry && entry.reading.step === "predicting";
  }

  #restIfIdle(): void {
    if (this.#decoding || this.#predicting || this.#queued.size > 0 || this.#waiting.size > 0) return;
    if (!this.#active) return;
    this.#active = false;
    this.#runSettled = 0;
    this.#model.rest();
    this.#onChange(null);
  }
}
