import type { FromImageWorker, FromModelWorker } from "@/lib/browser/predict/messages";
import { type Observations, type PageObserver, readingMarks } from "./observations";

const observations: Observations = {
  phases: [],
  largestContentfulPaintMs: null,
  droppedAtMs: null,
  resultAtMs: null,
  durations: {},
  status: null,
};

const NativeWorker = globalThis.Worker;
globalThis.Worker = class extends NativeWorker {
  constructor(...given: ConstructorParameters<typeof Worker>) {
    super(...given);
    this.addEventListener("message", ({ data }: MessageEvent<FromModelWorker | FromImageWorker>) =>
      observeMessage(data),
    );
  }
};

function observeMessage(message: FromModelWorker | FromImageWorker): void {
  const { phases, durations } = observations;
  if (message.kind === "model" && phases.at(-1)?.phase !== message.state.phase) {
    phases.push({ phase: message.state.phase, atMs: performance.now() });
  }
  if (message.kind === "read") {
    durations.decodeMs = message.image.decodeMs;
    durations.resizeMs = message.image.resizeMs;
  }
  if (message.kind === "predicted") {
    durations.networkMs = message.result.networkMs;
    observations.status = message.result.outcomes[0]?.status ?? null;
  }
  if (message.kind === "unread" || message.kind === "unpredicted") observations.status = "failed";
}

new PerformanceObserver((list) => {
  observations.largestContentfulPaintMs = list.getEntries().at(-1)?.startTime ?? null;
}).observe({ type: "largest-contentful-paint", buffered: true });

new MutationObserver(() => {
  if (observations.status === null || observations.resultAtMs !== null) return;
  requestAnimationFrame(() => {
    observations.resultAtMs ??= performance.mark(readingMarks.to).startTime;
  });
}).observe(document, { childList: true, subtree: true, attributes: true, characterData: true });

addEventListener(
  "drop",
  () => {
    observations.droppedAtMs = performance.mark(readingMarks.from).startTime;
  },
  true,
);

const observer: PageObserver = {
  observations,
  expectResult() {
    observations.droppedAtMs = null;
    observations.resultAtMs = null;
    observations.durations = {};
    observations.status = null;
  },
};
(globalThis as unknown as { pageObserver: PageObserver }).pageObserver = observer;
