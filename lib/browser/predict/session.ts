import type { SourceFile } from "@/lib/archive";
import type { TrustedKey } from "@/lib/manifest";
import { ImageReader } from "./image-reader";
import type { BackendName, Failure, ListedImage, ModelState, Note, Offer } from "./messages";
import { ModelClient } from "./model-client";
import type { ModelDiagnostics } from "./model-diagnostics";
import type { RemovedReadings } from "./queue-entry";
import type { ImageOrigin, Reading, ShownImage } from "./reading";
import { type QueueProgress, ReadingQueue } from "./reading-queue";

export interface SessionSnapshot {
  model: ModelState;
  offer: Offer | null;
  notes: Note[];
  readings: Reading[];
  currentId: number | null;
  shown: ShownImage | null;
  /** Why the current image cannot be shown although it was read before. */
  shownFailure: Failure | null;
  progress: QueueProgress;
  /** Files are still being looked for in folders or archives. */
  listing: boolean;
  /** Readings that can be brought back. */
  removed: { count: number } | null;
}

const checkEveryMs = 60_000;
/** How soon a change is shown: of the image on screen at once, of others so that a list does not redraw the page all the time. */
const publishWithin = { currentMs: 16, othersMs: 250, perThousandMs: 100 };

export const initialSnapshot: SessionSnapshot = {
  model: { phase: "checking" },
  offer: null,
  notes: [],
  readings: [],
  currentId: null,
  shown: null,
  shownFailure: null,
  progress: { total: 0, settled: 0, cancelled: 0, running: false, remainingMs: null },
  listing: false,
  removed: null,
};

/** The reading on screen. */
export function currentReading({ readings, currentId }: SessionSnapshot): Reading | null {
  return readings.find(({ id }) => id === currentId) ?? null;
}

/**
 * The page's one session: the worklist and what runs it. Image bytes exist only in the image worker; the page gets
 * the pixels of the image on screen, the model worker gets the model's small input.
 */
export class PredictSession {
  #snapshot = initialSnapshot;
  #listeners = new Set<() => void>();
  #images = new ImageReader();
  #model = new ModelClient({
    onState: (model) => this.#modelState(model),
    onNotes: (notes) => this.#noted(notes),
    onOffer: (offer) => this.#update({ offer }),
    onRevocations: (revocations) => {
      this.#queue.setRevocations(revocations);
      this.#publish();
    },
    onDistrusted: (round, backend) => this.#distrusted(round, backend),
  });
  #queue = new ReadingQueue(this.#images, this.#model, (id) => this.#publishSoon(id));
  #started = false;
  #sampleSeed = 0;
  #openLists = 0;
  #cancelled = false;
  #removed: RemovedReadings | null = null;
  #workerNotes: Note[] = [];
  #distrustNote: Note | null = null;
  #publishedAt = 0;
  #publishAt = 0;
  #publishTimer: ReturnType<typeof setTimeout> | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): SessionSnapshot => this.#snapshot;

  /** Loads what `start` will need, while the page is still being drawn. */
  prepare(): void {
    this.#model.prepare();
  }

  /** Starts the model worker and the watch for newer versions; later calls do nothing. */
  start(trustedKeys: TrustedKey[], forcedBackend: BackendName | null): void {
    if (this.#started) return;
    this.#started = true;
    this.#model.start(trustedKeys, forcedBackend);
    const check = () => this.#model.check();
    setInterval(check, checkEveryMs);
    window.addEventListener("focus", check);
    window.addEventListener("online", check);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") check();
    });
  }

  /** Takes files, archives among them, into the list and shows the first new image. */
  add(files: readonly SourceFile[], origin: ImageOrigin): void {
    if (files.length === 0) return;
    this.#list((onListed) => this.#images.list({ kind: "files", files: [...files] }, onListed), origin);
  }

  /** Draws a synthetic radiograph, another one each time, with and without opacities in turn. */
  readSample(nameOf: (number: number) => string): void {
    this.#sampleSeed++;
    const name = nameOf(this.#sampleSeed);
    const seed = this.#sampleSeed;
    this.#list((onListed) => this.#images.list({ kind: "sample", name, seed }, onListed), "sample");
  }

  /** Puts an image of the list on screen, or none. */
  select(id: number | null): void {
    this.#queue.select(id);
    this.#publish();
  }

  setFrame(id: number, frame: number): void {
    this.#queue.setFrame(id, frame);
    this.#publish();
  }

  /** Stops reading; what is done stays. */
  cancel(): void {
    this.#cancelled = true;
    this.#queue.cancel();
    this.#publish();
  }

  /** Goes on with what was cancelled: all of it, or these. */
  resume(ids?: readonly number[]): void {
    if (!ids) this.#cancelled = false;
    this.#queue.resume(ids);
    this.#publish();
  }

  /** Reads again what another model version than the running one has read. */
  readAgain(): void {
    const { model } = this.#snapshot;
    if (model.phase !== "ready") return;
    const { manifestDigest } = model.model;
    this.#queue.readAgain(({ readBy }) => readBy?.manifestDigest !== manifestDigest);
    this.#publish();
  }

  /** Tries a failed image once more. */
  retryReading(id: number): void {
    this.#queue.retry(id);
    this.#publish();
  }

  remove(id: number): void {
    this.#removeAll([id]);
  }

  /** Empties the list. */
  clear(): void {
    this.#images.unlistAll();
    this.#openLists = 0;
    this.#removeAll(this.#queue.snapshot().readings.map((reading) => reading.id));
  }

  /** Brings back what was removed last. */
  undo(): void {
    if (this.#removed) this.#queue.restore(this.#removed);
    this.#removed = null;
    this.#publish();
  }

  /** Gives up what was removed last. */
  forgetRemoved(): void {
    if (this.#removed) this.#queue.forget(this.#removed);
    this.#removed = null;
    this.#publish();
  }

  /** For the reader to copy: how the model runs here, without a word of any image. */
  diagnose(): Promise<ModelDiagnostics | null> {
    return this.#model.diagnose();
  }

  takeOffer(): void {
    this.#model.takeOffer();
  }

  retry(): void {
    this.#model.retry();
  }

  #list(begin: (onListed: OnListed) => number, origin: ImageOrigin): void {
    this.forgetRemoved();
    this.#cancelled = false;
    this.#openLists++;
    let first = true;
    begin((images, complete) => {
      const ids = this.#queue.add(images, origin, this.#cancelled);
      if (complete) this.#openLists--;
      if (first && ids[0] !== undefined) {
        first = false;
        this.#queue.select(ids[0]);
        this.#publish();
      } else this.#publishSoon(null);
    });
    this.#publish();
  }

  #removeAll(ids: number[]): void {
    if (ids.length === 0) return;
    this.forgetRemoved();
    this.#removed = this.#queue.remove(ids);
    this.#publish();
  }

  #noted(notes: Note[]): void {
    this.#workerNotes = notes;
    const own = this.#distrustNote;
    this.#update({ notes: own ? [...notes.filter(({ kind }) => kind !== own.kind), own] : notes });
  }

  #distrusted(round: number, backend: BackendName): void {
    const count = this.#queue.distrust(round);
    this.#distrustNote = { kind: "backend", event: "distrusted", backend, count };
    this.#noted(this.#workerNotes);
  }

  #modelState(model: ModelState): void {
    const before = this.#manifestDigest();
    this.#update({ model });
    const after = this.#manifestDigest();
    // One image alone is read by the version that its reader has just asked for. A list waits for a word.
    if (before && after && before !== after && this.#snapshot.readings.length === 1) this.readAgain();
    this.#queue.modelChanged();
  }

  #lastManifestDigest: string | null = null;
  #manifestDigest(): string | null {
    const { model } = this.#snapshot;
    if (model.phase === "ready") this.#lastManifestDigest = model.model.manifestDigest;
    return this.#lastManifestDigest;
  }

  #publishSoon(readingId: number | null): void {
    const { currentMs, othersMs, perThousandMs } = publishWithin;
    const isCurrent = readingId !== null && readingId === this.#snapshot.currentId;
    const lullMs = isCurrent ? currentMs : othersMs + (this.#snapshot.readings.length / 1000) * perThousandMs;
    const at = Math.max(performance.now(), this.#publishedAt + lullMs);
    if (this.#publishTimer && this.#publishAt <= at) return;
    if (this.#publishTimer) clearTimeout(this.#publishTimer);
    this.#publishAt = at;
    this.#publishTimer = setTimeout(() => this.#publish(), at - performance.now());
  }

  #publish(): void {
    if (this.#publishTimer) clearTimeout(this.#publishTimer);
    this.#publishTimer = null;
    this.#publishedAt = performance.now();
    const removed = this.#removed && { count: this.#removed.entries.length };
    this.#update({ ...this.#queue.snapshot(), listing: this.#openLists > 0, removed });
  }

  #update(change: Partial<SessionSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

type OnListed = (images: ListedImage[], complete: boolean) => void;

let session: PredictSession | undefined;

/** The tab's one session; it outlives a visit to another page of the product. */
export function predictSession(): PredictSession {
  session ??= new PredictSession();
  return session;
}
