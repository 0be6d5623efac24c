import type { TrustedKey } from "@/lib/manifest";
import type {
  BackendName,
  DecodedImage,
  Failure,
  FromWorker,
  ModelState,
  Note,
  Offer,
  Prediction,
  ToWorker,
} from "./messages";

export type ImageOrigin = "file" | "clipboard" | "sample";

/** One image on its way from the file to the verdict. */
export interface Reading {
  id: number;
  name: string;
  sizeBytes: number | null;
  origin: ImageOrigin;
  /** "waiting" is for the model. */
  step: "decoding" | "waiting" | "predicting" | "done" | "failed";
  image: DecodedImage | null;
  prediction: Prediction | null;
  failure: Failure | null;
  /** Said once beside the result, for example that only the first of several files was taken. */
  remark: string | null;
}

export interface SessionSnapshot {
  model: ModelState;
  offer: Offer | null;
  notes: Note[];
  reading: Reading | null;
}

const checkEveryMs = 60_000;
const largestFileBytes = 256 * 1024 * 1024;

export const initialSnapshot: SessionSnapshot = {
  model: { phase: "checking" },
  offer: null,
  notes: [],
  reading: null,
};

/**
 * The page's side of the worker: holds what is on screen and passes image bytes to the worker by postMessage, which
 * is the only way they take.
 */
export class PredictSession {
  #snapshot = initialSnapshot;
  #listeners = new Set<() => void>();
  #worker: Worker | null = null;
  #lastId = 0;
  #sampleSeed = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): SessionSnapshot => this.#snapshot;

  /** Starts the worker and the watch for newer versions; later calls do nothing. */
  start(trustedKeys: TrustedKey[], forcedBackend: BackendName | null): void {
    if (this.#worker) return;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.#receive(data));
    worker.addEventListener("error", () =>
      this.#update({ model: { phase: "failed", failure: workerFailed } }),
    );
    this.#send({ kind: "start", trustedKeys, forcedBackend });
    const check = () => this.#send({ kind: "check" });
    setInterval(check, checkEveryMs);
    window.addEventListener("focus", check);
    window.addEventListener("online", check);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") check();
    });
  }

  /** Reads the first of the files. */
  async readFiles(files: readonly File[], origin: ImageOrigin): Promise<void> {
    const [file] = files;
    if (!file) return;
    const remark = files.length > 1 ? `One image at a time: this is the first of ${files.length}.` : null;
    const id = this.#begin({ name: file.name || "Pasted image", sizeBytes: file.size, origin, remark });
    if (file.size > largestFileBytes) {
      this.#fail(id, {
        code: "IMAGE_TOO_LARGE",
        message: "The file is larger than 256 MB. Export the image smaller.",
      });
      return;
    }
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      this.#send({ kind: "read", readingId: id, bytes }, [bytes.buffer]);
    } catch {
      this.#fail(id, { code: "FILE_NOT_FOUND", message: fileGone });
    }
  }

  /** Draws a synthetic radiograph, another one each time, with and without opacities in turn. */
  readSample(): void {
    this.#sampleSeed++;
    const name = `Synthetic sample ${this.#sampleSeed}`;
    const id = this.#begin({ name, sizeBytes: null, origin: "sample", remark: null });
    this.#send({ kind: "sample", readingId: id, seed: this.#sampleSeed });
  }

  clear(): void {
    this.#send({ kind: "clear" });
    this.#update({ reading: null });
  }

  takeOffer(): void {
    this.#send({ kind: "switch" });
  }

  retry(): void {
    this.#send({ kind: "retry" });
  }

  #begin(fields: Pick<Reading, "name" | "sizeBytes" | "origin" | "remark">): number {
    const id = ++this.#lastId;
    const reading: Reading = {
      id,
      step: "decoding",
      image: null,
      prediction: null,
      failure: null,
      ...fields,
    };
    this.#update({ reading });
    return id;
  }

  #fail(id: number, failure: Failure): void {
    this.#updateReading(id, { step: "failed", failure, prediction: null });
  }

  #receive(message: FromWorker): void {
    if (message.kind === "model") this.#update({ model: message.state });
    else if (message.kind === "notes") this.#update({ notes: message.notes });
    else if (message.kind === "offer") this.#update({ offer: message.offer });
    else if (message.kind === "unreadable") this.#fail(message.readingId, message.failure);
    else this.#updateReading(message.readingId, progressOf(message));
  }

  #updateReading(id: number, change: Partial<Reading>): void {
    const { reading } = this.#snapshot;
    if (reading?.id === id) this.#update({ reading: { ...reading, ...change } });
  }

  #update(change: Partial<SessionSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  #send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }
}

function progressOf(
  message: Extract<FromWorker, { kind: "decoded" | "predicting" | "predicted" }>,
): Partial<Reading> {
  if (message.kind === "decoded") return { step: "waiting", image: message.image };
  if (message.kind === "predicting") return { step: "predicting" };
  return { step: "done", prediction: message.prediction };
}

const workerFailed: Failure = {
  code: "BACKEND_UNAVAILABLE",
  message: "The part of this page that runs the model did not start. Reload the page.",
};

const fileGone = "The file can no longer be read. It may have been moved or deleted: choose it again.";

let session: PredictSession | undefined;

/** The tab's one session; it outlives a visit to another page of the product. */
export function predictSession(): PredictSession {
  session ??= new PredictSession();
  return session;
}
