import "@/lib/browser/privacy/report-from-worker";
import { failureOf } from "./failure";
import type { BatchFailure, BatchResult, FromModelWorker, ToModelWorker } from "./messages";
import { DiagnosticsRecorder } from "./model-diagnostics";
import { createModelKeeper, type ModelKeeper, type RunningModel } from "./model-keeper";
import { outcomeOf } from "./outcome-of";
import type { StartedPredictor } from "./start-predictor";

const scope = self as unknown as DedicatedWorkerGlobalScope;
/** Images between two known-answer tests while a list is read. */
const testEvery = 50;

type PredictMessage = Extract<ToModelWorker, { kind: "predict" }>;

let keeper: ModelKeeper | null = null;
let lastTask: Promise<unknown> = Promise.resolve();
/** Grows with each known-answer test that was passed; results carry the round they were computed in. */
let round = 0;
let imagesInRound = 0;
const recorder = new DiagnosticsRecorder();

scope.addEventListener("message", ({ data }: MessageEvent<ToModelWorker>) => void handle(data));

function post(message: FromModelWorker): void {
  scope.postMessage(message);
}

/** tfjs has one engine with one current backend: whatever uses it waits its turn. */
function exclusive<T>(action: () => Promise<T>): Promise<T> {
  const task = lastTask.then(action, action);
  lastTask = task.catch(() => undefined);
  return task;
}

async function handle(message: ToModelWorker): Promise<void> {
  switch (message.kind) {
    case "start":
      round = message.firstRound;
      keeper = createModelKeeper({
        trustedKeys: message.trustedKeys,
        forcedBackend: message.forcedBackend,
        except: message.except,
        exclusive,
        onState: (state) => post({ kind: "model", state }),
        onNotes: (notes) => post({ kind: "notes", notes }),
        onOffer: (offer) => post({ kind: "offer", offer }),
        onRevocations: (revocations) => post({ kind: "revocations", revocations }),
        onRunning: beginRound,
        record: (event) => recorder.record(event),
      });
      return keeper.start();
    case "predict":
      return predict(message);
    case "rest":
      return testAgain("gpu only");
    case "diagnose": {
      const diagnostics = recorder.collect(keeper?.running()?.predictor.watch.about ?? {});
      return post({ kind: "diagnosed", requestId: message.requestId, diagnostics });
    }
    case "check":
      return keeper?.check();
    case "switch":
      return keeper?.takeOffer();
    case "retry":
      return keeper?.retry();
  }
}

/** A model has just passed its known-answer test. */
function beginRound(): void {
  round++;
  imagesInRound = 0;
}

async function predict(message: PredictMessage): Promise<void> {
  const { batchId } = message;
  const failedOn = await exclusive(async (): Promise<RunningModel | null> => {
    const running = keeper?.running();
    if (running?.manifest.preprocessing.size !== message.size) {
      post({ kind: "unpredicted", batchId, failure: exchanged });
      return null;
    }
    try {
      const result = await run(running, message);
      // What a model says that was stopped meanwhile, revoked for example, does not count.
      if (keeper?.running() === running) post({ kind: "predicted", batchId, result });
      else post({ kind: "unpredicted", batchId, failure: exchanged });
      return null;
    } catch (error) {
      const works = await stillWorks(running);
      const failure: BatchFailure = { cause: works ? "batch" : "again", failure: failureOf(error) };
      post({ kind: "unpredicted", batchId, failure });
      return works ? null : running;
    }
  });
  if (failedOn) await leave(failedOn);
  else if (imagesInRound >= testEvery) await testAgain("any");
}

async function run(
  { manifest, manifestDigest, predictor }: RunningModel,
  { gray, size, images }: PredictMessage,
): Promise<BatchResult> {
  const startedAt = performance.now();
  const output = await predictor.predict(gray, images.length);
  const networkMs = performance.now() - startedAt;
  imagesInRound += images.length;
  recorder.read(images.length, networkMs);
  return {
    outcomes: images.map((facts, i) =>
      outcomeOf(output, i, manifest, facts, gray.subarray(i * size * size, (i + 1) * size * size)),
    ),
    by: {
      modelVersion: manifest.version,
      serial: manifest.serial,
      manifestDigest,
      backend: predictor.backend,
    },
    networkMs,
    round,
  };
}

/** Whether the backend still gives its known answers after an error, so that the images are to blame for it. */
async function stillWorks({ predictor }: RunningModel): Promise<boolean> {
  return predictor.watch.error() === null && passesTest(predictor);
}

async function passesTest(predictor: StartedPredictor): Promise<boolean> {
  try {
    const { passed, maxDifference } = await predictor.test();
    recorder.tested(passed, maxDifference);
    return passed;
  } catch {
    recorder.tested(false, Number.NaN);
    return false;
  }
}

/** Runs a known answer again: a device that goes wrong in the middle of a list must not go unnoticed. */
async function testAgain(which: "any" | "gpu only"): Promise<void> {
  const running = keeper?.running();
  if (!running || imagesInRound === 0) return;
  if (which === "gpu only" && running.predictor.backend === "wasm") return;
  const passed = await exclusive(async () => keeper?.running() !== running || passesTest(running.predictor));
  if (passed) return beginRound();
  post({ kind: "distrusted", round, backend: running.predictor.backend });
  await leave(running);
}

async function leave(running: RunningModel): Promise<void> {
  if (keeper?.running() === running) await keeper.leaveBackend(running.predictor.backend);
}

const exchanged: BatchFailure = {
  cause: "again",
  failure: { code: "BACKEND_UNAVAILABLE", message: "The model is being exchanged." },
};
