import { Worker } from "node:worker_threads";
import type { TrainingConfig } from "@/lib/training/config";
import type { MicroBatch } from "../engines/engine";
import type { LabelledImages } from "./labelled-images";
import { type MicroBatchRequest, prepareMicroBatch } from "./micro-batch";

/** Micro-batches in the order they were asked for; the same whoever prepares them. */
export interface BatchSource {
  /** Starts on these, where there is someone else to do it. */
  request(requests: readonly MicroBatchRequest[]): void;
  /** @throws what preparing it threw */
  next(): Promise<MicroBatch>;
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
export interface BatchWorkerData {
  gray: Uint8Array;
  labels: Uint8Array;
  config: TrainingConfig;
}

/** A source with a thread of its own, or on this thread where the run is short. */
export function openBatchSource(train: LabelledImages, config: TrainingConfig): BatchSource {
  const worthwhile = train.gray.length * config.epochs >= worthwhilePixels;
  return worthwhile ? openThreadedSource(train, config) : openInlineSource(train, config);
}

export function openInlineSource(train: LabelledImages, config: TrainingConfig): BatchSource {
  const waiting: MicroBatchRequest[] = [];
  return {
    request: (requests) => void waiting.push(...requests),
    next: async () => prepareMicroBatch(train, config, taken(waiting)),
    close: async () => undefined,
  };
}

export function openThreadedSource(train: LabelledImages, config: TrainingConfig): BatchSource {
  const workerData: BatchWorkerData = { gray: shared(train.gray), labels: train.labels, config };
  const worker = new Worker(startTypeScript, {
    eval: true,
    execArgv: [],
    workerData: {
      ...workerData,
      loader: import.meta.resolve("tsx/esm/api"),
      entry: new URL("./batch-worker.ts", import.meta.url).href,
    },
  });
  const asked: Promise<MicroBatch>[] = [];
  const unanswered: { resolve(batch: MicroBatch): void; reject(error: unknown): void }[] = [];
  worker.on("message", (batch: MicroBatch) => unanswered.shift()?.resolve(batch));
  const fail = (error: unknown) => {
    for (const { reject } of unanswered.splice(0)) reject(error);
  };
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`The thread that prepares images ended with ${code}.`)));
  return {
    request(requests) {
      for (const request of requests) {
        const answer = new Promise<MicroBatch>((resolve, reject) => unanswered.push({ resolve, reject }));
        // Whoever takes it sees the error; one that nobody takes must not end the process.
        answer.catch(() => undefined);
        asked.push(answer);
        worker.postMessage(request);
      }
    },
    next: () => taken(asked),
    close: async () => void (await worker.terminate()),
  };
}

function taken<T>(queue: T[]): T {
  const first = queue.shift();
  if (first === undefined) throw new Error("A micro-batch was taken that nobody had asked for.");
  return first;
}

function shared(gray: Uint8Array): Uint8Array {
  if (gray.buffer instanceof SharedArrayBuffer) return gray;
  const copy = new Uint8Array(new SharedArrayBuffer(gray.length));
  copy.set(gray);
  return copy;
}
