import type { BackendName } from "./messages";

/** What became of a backend in this tab. */
export interface BackendEvent {
  event: "started" | "passed over" | "left";
  backend: BackendName;
  detail: string | null;
  /** Largest |Δlogit| of its known-answer test. */
  difference: number | null;
}

/** How the model runs here. Knows nothing of images but how many there were. */
export interface ModelDiagnostics {
  backends: (BackendEvent & { atMs: number })[];
  /** Adapter or threads of the backend that runs now. */
  about: Record<string, string | number | boolean>;
  isolated: boolean;
  cores: number;
  /** Known-answer tests while reading, after the one at the start. */
  tests: { passed: number; failed: number; largestDifference: number };
  images: number;
  batches: number;
  /** Per image, over all batches. */
  networkMs: { median: number; largest: number } | null;
}

/** As many of the last batches count for the median. */
const keptBatches = 500;

/** Collects what diagnostics tell. */
export class DiagnosticsRecorder {
  #backends: ModelDiagnostics["backends"] = [];
  #tests = { passed: 0, failed: 0, largestDifference: 0 };
  #images = 0;
  #batches = 0;
  #perImageMs: number[] = [];

  record(event: BackendEvent): void {
    this.#backends.push({ ...event, atMs: Math.round(performance.now()) });
  }

  tested(passed: boolean, difference: number): void {
    this.#tests[passed ? "passed" : "failed"]++;
    if (!(difference <= this.#tests.largestDifference)) this.#tests.largestDifference = difference;
  }

  read(images: number, networkMs: number): void {
    this.#images += images;
    this.#batches++;
    this.#perImageMs.push(networkMs / images);
    if (this.#perImageMs.length > keptBatches) this.#perImageMs.shift();
  }

  collect(about: ModelDiagnostics["about"]): ModelDiagnostics {
    const sorted = [...this.#perImageMs].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return {
      backends: this.#backends,
      about,
      isolated: globalThis.crossOriginIsolated === true,
      cores: navigator.hardwareConcurrency,
      tests: this.#tests,
      images: this.#images,
      batches: this.#batches,
      networkMs: median === undefined ? null : { median, largest: sorted.at(-1) ?? median },
    };
  }
}
