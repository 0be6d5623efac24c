import { PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";
import { interpret } from "@/lib/prediction/interpret";
import { configureCodecs } from "@/lib/xray/codecs";
import { decodeImage } from "@/lib/xray/decode-image";
import { toModelGray } from "@/lib/xray/model-gray";
import type { GrayImage } from "@/lib/xray/types";
import { failureOf } from "./failure";
import type { FromWorker, Prediction, ToWorker } from "./messages";
import { createModelKeeper, type ModelKeeper, type RunningModel } from "./model-keeper";

const scope = self as unknown as DedicatedWorkerGlobalScope;

interface HeldImage {
  readingId: number;
  image: GrayImage;
  decodeMs: number;
}

let keeper: ModelKeeper | null = null;
let latestReadingId = 0;
/** The image on screen; kept so that another model version can read it again. */
let held: HeldImage | null = null;
let lastTask: Promise<unknown> = Promise.resolve();

configureCodecs({ baseUrl: "/runtime/" });
scope.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => void handle(data));

function post(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

/** tfjs has one engine with one current backend: whatever uses it waits its turn. */
function exclusive<T>(action: () => Promise<T>): Promise<T> {
  const task = lastTask.then(action, action);
  lastTask = task.catch(() => undefined);
  return task;
}

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case "start":
      keeper = createModelKeeper({
        trustedKeys: message.trustedKeys,
        forcedBackend: message.forcedBackend,
        exclusive,
        onState: (state) => post({ kind: "model", state }),
        onNotes: (notes) => post({ kind: "notes", notes }),
        onOffer: (offer) => post({ kind: "offer", offer }),
        onRunning: () => void predictHeld(),
      });
      return keeper.start();
    case "read":
      return read(message.readingId, async () => message.bytes);
    case "sample":
      return read(message.readingId, () => drawSample(message.seed));
    case "clear":
      held = null;
      latestReadingId++;
      return;
    case "check":
      return keeper?.check();
    case "switch":
      return keeper?.takeOffer();
    case "retry":
      return keeper?.start();
  }
}

async function drawSample(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const [{ drawSyntheticRadiograph }, { encodePng }] = await Promise.all([
    import("@/lib/testing/synthetic-radiograph"),
    import("@/lib/testing/encode-png"),
  ]);
  const image = drawSyntheticRadiograph({ width: 880, height: 800, seed, pneumonia: seed % 2 === 1 });
  return new Uint8Array(encodePng(image));
}

async function read(readingId: number, bytesOf: () => Promise<Uint8Array<ArrayBuffer>>): Promise<void> {
  latestReadingId = readingId;
  held = null;
  try {
    const bytes = await bytesOf();
    const startedAt = performance.now();
    const image = await decodeImage(bytes);
    const decodeMs = performance.now() - startedAt;
    const digest = await digestOf(bytes);
    if (readingId !== latestReadingId) return;
    held = { readingId, image, decodeMs };
    const gray = Uint8Array.from(image.data, Math.round);
    post({ kind: "decoded", readingId, image: { width: image.width, height: image.height, gray, digest } }, [
      gray.buffer,
    ]);
  } catch (error) {
    post({ kind: "unreadable", readingId, failure: failureOf(error) });
    return;
  }
  await predictHeld();
}

async function predictHeld(): Promise<void> {
  const failedOn = await exclusive(async () => {
    const running = keeper?.running();
    if (!held || !running) return null;
    const { readingId } = held;
    post({ kind: "predicting", readingId });
    try {
      post({ kind: "predicted", readingId, prediction: await predict(running, held) });
    } catch (error) {
      if (error instanceof PneumoscopeError && error.code === "BACKEND_UNAVAILABLE")
        return running.predictor.backend;
      post({ kind: "unreadable", readingId, failure: failureOf(error) });
    }
    return null;
  });
  if (failedOn) await keeper?.leaveBackend(failedOn);
}

async function predict(
  { manifest, predictor }: RunningModel,
  { image, decodeMs }: HeldImage,
): Promise<Prediction> {
  const startedAt = performance.now();
  const gray = toModelGray(image, manifest.preprocessing.size);
  const resizedAt = performance.now();
  const logit = await predictor.predictLogit(gray);
  const finishedAt = performance.now();
  return {
    ...interpret(logit, manifest),
    logit,
    modelVersion: manifest.version,
    serial: manifest.serial,
    backend: predictor.backend,
    durationMs: decodeMs + finishedAt - startedAt,
    phases: { decodeMs, resizeMs: resizedAt - startedAt, networkMs: finishedAt - resizedAt },
  };
}
