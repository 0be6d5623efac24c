import { Worker } from "node:worker_threads";
import type { TrainingConfig } from "@/lib/training/config";
import { type ImageRequest, prepareImages, type TrainingImages } from "./micro-batch";

/** Augmented images in the order they were asked for; the same whoever prepares them. */
export interface ImageSource {
  /** Starts on these, where there is someone else to do it. */
  request(request: ImageRequest): void;
  /** @returns [n, size, size, 3], normalised @throws what preparing them threw */
  next(): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Below this many pixels in all epochs a thread costs more than it saves. */
const worthwhilePixels = 2 ** 22;

/** Node does not pass a loader of TypeScript on to the file that a thread starts with. */
const startTypeScript = `
  const { loader, entry } = require("node:worker_threads").workerData;
  import(loader).then(({ register }) => (register(), import(entry)));
`;

/** What the worker starts from. `gray` lies in memory that both threads see. */
export interface ImageWorkerData {
  gray: Uint8Array;
  keys: readonly string[];
  config: TrainingConfig;
}

/** A source with a thread of its own, or on this thread where the run is short. */
export function openImageSource(train: TrainingImages, config: TrainingConfig): ImageSource {
  const worthwhile = train.gray.length * config.epochs >= worthwhilePixels;
  return worthwhile ? openThreadedSource(train, config) : openInlineSource(train, config);
}

export function openInlineSource(train: TrainingImages, config: TrainingConfig): ImageSource {
  const waiting: ImageRequest[] = [];
  return {
    request: (request) => void waiting.push(request),
    next: async () => prepareImages(train, config, taken(waiting)),
    close: async () => undefined,
  };
}

/** The thread starts with the first request: a run may have all it needs from before. */
export function openThreadedSource(train: TrainingImages, config: TrainingConfig): ImageSource {
  let worker: Worker | undefined;
  const asked: Promise<Float32Array>[] = [];
  const unanswered: { resolve(images: Float32Array): void; reject(error: unknown): void }[] = [];

  function start(): Worker {
    const started = startWorker({ gray: shared(train.gray), keys: train.keys, config });
    started.on("message", (images: Float32Array) => unanswered.shift()?.resolve(images));
    started.on("error", fail);
    started.on("exit", (code) => fail(new Error(`The thread that prepares images ended with ${code}.`)));
    return started;
  }

  function fail(error: unknown): void {
    for (const { reject } of unanswered.splice(0)) reject(error);
  }

  return {
    request(request) {
      const answer = new Promise<Float32Array>((resolve, reject) => unanswered.push({ resolve, reject }));
      // Whoever takes it sees the error; one that nobody takes must not end the process.
      answer.catch(() => undefined);
      asked.push(answer);
      worker ??= start();
      worker.postMessage(request);
    },
    next: () => taken(asked),
    close: async () => void (await worker?.terminate()),
  };
}

function startWorker(data: ImageWorkerData): Worker {
  return new Worker(startTypeScript, {
    eval: true,
    execArgv: [],
    workerData: {
      ...data,
      loader: import.meta.resolve("tsx/esm/api"),
      entry: new URL("./image-worker.ts", import.meta.url).href,
    },
  });
}

/** The one that was asked for first. @throws where nobody asked */
export function taken<T>(queue: T[]): T {
  const first = queue.shift();
  if (first === undefined) throw new Error("Images were taken that nobody had asked for.");
  return first;
}

function shared(gray: Uint8Array): Uint8Array {
  if (gray.buffer instanceof SharedArrayBuffer) return gray;
  const copy = new Uint8Array(new SharedArrayBuffer(gray.length));
  copy.set(gray);
  return copy;
}
