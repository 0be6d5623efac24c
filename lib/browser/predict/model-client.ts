import type { Revocation, TrustedKey } from "@/lib/manifest";
import type {
  BackendName,
  BatchResult,
  Failure,
  FromModelWorker,
  ImageFacts,
  ModelState,
  Note,
  Offer,
  ToModelWorker,
} from "./messages";
import type { ModelDiagnostics } from "./model-diagnostics";
import { BatchError, type ModelSource } from "./queue-sources";

export interface ModelClientOptions {
  onState(state: ModelState): void;
  onNotes(notes: Note[]): void;
  onOffer(offer: Offer | null): void;
  onRevocations(revocations: Revocation[]): void;
  /** The known answers came out wrong after this round. */
  onDistrusted(round: number, backend: BackendName): void;
}

interface OpenBatch {
  resolve(result: BatchResult): void;
  reject(error: unknown): void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Images per batch. The network takes the same time per image in batches of 1 and of 8 on wasm, where a batch holds
 * up whatever comes after it.
 */
const batchSizes: Record<BackendName, number> = { webgpu: 8, wasm: 1 };
/** A worker that answers later hangs: the slowest wasm device needs a few seconds. */
const answerWithinMs = 90_000;
/** A batch that is under way comes first. */
const diagnoseWithinMs = 5_000;

/** The page's side of the model worker. A worker that dies or hangs is replaced, without the backend it was on. */
export class ModelClient implements ModelSource {
  readonly #options: ModelClientOptions;
  #worker: Worker | null = null;
  #trustedKeys: TrustedKey[] = [];
  #forcedBackend: BackendName | null = null;
  #state: ModelState = { phase: "checking" };
  #batches = new Map<number, OpenBatch>();
  #diagnoses = new Map<number, (diagnostics: ModelDiagnostics) => void>();
  #lastBatchId = 0;
  #lastRound = 0;
  #restarts = 0;
  #started = false;

  constructor(options: ModelClientOptions) {
    this.#options = options;
  }

  /** Loads the worker's program ahead of `start`. */
  prepare(): void {
    this.#worker ??= this.#spawn();
  }

  start(trustedKeys: TrustedKey[], forcedBackend: BackendName | null): void {
    this.#started = true;
    this.#trustedKeys = trustedKeys;
    this.#forcedBackend = forcedBackend;
    this.#startWorker([]);
  }

  ready(): { size: number; batchSize: number } | null {
    if (this.#state.phase !== "ready") return null;
    const { manifest, backend } = this.#state.model;
    return { size: manifest.preprocessing.size, batchSize: batchSizes[backend] };
  }

  predict(batch: {
    gray: Uint8Array<ArrayBuffer>;
    size: number;
    images: ImageFacts[];
  }): Promise<BatchResult> {
    const batchId = ++this.#lastBatchId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#replace("It gave no answer."), answerWithinMs);
      this.#batches.set(batchId, { resolve, reject, timer });
      this.#send({ kind: "predict", batchId, ...batch }, [batch.gray.buffer]);
    });
  }

  /** How the model runs here, or null where its worker does not answer. */
  diagnose(): Promise<ModelDiagnostics | null> {
    const requestId = ++this.#lastBatchId;
    return new Promise((resolve) => {
      this.#diagnoses.set(requestId, resolve);
      setTimeout(() => resolve(null), diagnoseWithinMs);
      this.#send({ kind: "diagnose", requestId });
    });
  }

  rest(): void {
    this.#send({ kind: "rest" });
  }

  check(): void {
    this.#send({ kind: "check" });
  }

  takeOffer(): void {
    this.#send({ kind: "switch" });
  }

  retry(): void {
    if (this.#worker) this.#send({ kind: "retry" });
    else this.#startWorker([]);
  }

  #spawn(): Worker {
    const worker = new Worker(new URL("./model-worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromModelWorker>) => this.#receive(data));
    worker.addEventListener("error", () => this.#replace("It stopped unexpectedly."));
    return worker;
  }

  #startWorker(except: BackendName[]): void {
    this.prepare();
    this.#send({
      kind: "start",
      trustedKeys: this.#trustedKeys,
      forcedBackend: this.#forcedBackend,
      except,
      firstRound: this.#lastRound + 1,
    });
  }

  #replace(reason: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    if (!this.#started) return;
    const failure: Failure = {
      code: "BACKEND_UNAVAILABLE",
      message: `The part of this page that runs the model failed. ${reason} Reload the page.`,
    };
    const onGpu = this.#state.phase !== "ready" || this.#state.model.backend === "webgpu";
    this.#receive({ kind: "model", state: { phase: "failed", failure } });
    const open = [...this.#batches.keys()];
    for (const batchId of open)
      this.#receive({ kind: "unpredicted", batchId, failure: { cause: "again", failure } });
    if (this.#restarts++ < 2) this.#startWorker(onGpu && !this.#forcedBackend ? ["webgpu"] : []);
  }

  #receive(message: FromModelWorker): void {
    switch (message.kind) {
      case "model":
        this.#state = message.state;
        this.#options.onState(message.state);
        break;
      case "notes":
        this.#options.onNotes(message.notes);
        break;
      case "offer":
        this.#options.onOffer(message.offer);
        break;
      case "revocations":
        this.#options.onRevocations(message.revocations);
        break;
      case "distrusted":
        this.#options.onDistrusted(message.round, message.backend);
        break;
      case "diagnosed":
        this.#diagnoses.get(message.requestId)?.(message.diagnostics);
        this.#diagnoses.delete(message.requestId);
        break;
      case "predicted":
        this.#lastRound = message.result.round;
        this.#close(message.batchId)?.resolve(message.result);
        break;
      case "unpredicted":
        this.#close(message.batchId)?.reject(new BatchError(message.failure));
        break;
    }
  }

  #close(batchId: number): OpenBatch | undefined {
    const batch = this.#batches.get(batchId);
    if (batch) clearTimeout(batch.timer);
    this.#batches.delete(batchId);
    return batch;
  }

  #send(message: ToModelWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }
}
