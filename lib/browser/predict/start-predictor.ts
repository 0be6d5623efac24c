import * as tf from "@tensorflow/tfjs-core";
import { PneumoscopeError } from "@/lib/errors";
import type { ModelManifest } from "@/lib/manifest";
import {
  checkKnownAnswers,
  type KnownAnswer,
  type KnownAnswerReport,
  knownAnswerInput,
  knownAnswerTolerance,
} from "@/lib/resnet18/known-answer";
import { createPredictor, type NetworkOutputs, type Predictor } from "@/lib/resnet18/predictor";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { BackendName } from "./messages";
import { prepareWasm, startWasm } from "./wasm";
import { type BackendWatch, hasWebGpu, startWebGpu } from "./webgpu";
import { within } from "./within";

export interface StartedPredictor {
  backend: BackendName;
  /** Largest |Δlogit| of the known-answer test. */
  knownAnswerDifference: number;
  /**
   * @param gray [n × size × size], 0 to 255
   * @throws BACKEND_UNAVAILABLE where the backend failed since, or takes too long
   */
  predict(gray: Uint8Array, n: number): Promise<NetworkOutputs>;
  /** Runs two known answers that differ, others each time. @throws as predict */
  test(): Promise<KnownAnswerReport>;
  watch: BackendWatch;
  dispose(): void;
}

export interface StartOptions {
  forcedBackend: BackendName | null;
  /** Backends that failed earlier in this tab. */
  except: ReadonlySet<BackendName>;
  onStarting(backend: BackendName): void;
  /** Why a backend was passed over; absent hardware is not worth a note. */
  onPassedOver(backend: BackendName, error: unknown): void;
}

/** A GPU that needs longer for the known answers, or for a batch, is slower than wasm. */
const webGpuTestWithinMs = 30_000;
const webGpuBatchWithinMs = 20_000;

/** Loads what the backend will need, while the weights are still on their way. A failure is told by startPredictor. */
export async function prepareBackend(forcedBackend: BackendName | null): Promise<void> {
  if (forcedBackend === "webgpu" || (forcedBackend === null && (await hasWebGpu()))) return;
  await prepareWasm().catch(() => undefined);
}

/**
 * Loads the model onto the first backend that reproduces the manifest's known answers.
 * @throws WEIGHTS_INVALID, KNOWN_ANSWER_MISMATCH or BACKEND_UNAVAILABLE where none is left
 */
export async function startPredictor(
  weights: Weights,
  manifest: ModelManifest,
  options: StartOptions,
): Promise<StartedPredictor> {
  const backends: BackendName[] = options.forcedBackend ? [options.forcedBackend] : ["webgpu", "wasm"];
  let last: unknown;
  for (const backend of backends.filter((name) => !options.except.has(name))) {
    try {
      return await startOn(backend, weights, manifest, options);
    } catch (error) {
      if (error instanceof PneumoscopeError && error.code === "WEIGHTS_INVALID") throw error;
      last = error;
      options.onPassedOver(backend, error);
    }
  }
  throw (
    last ?? new PneumoscopeError("BACKEND_UNAVAILABLE", "Every way to run the model has failed in this tab.")
  );
}

async function startOn(
  backend: BackendName,
  weights: Weights,
  manifest: ModelManifest,
  { forcedBackend, onStarting }: StartOptions,
): Promise<StartedPredictor> {
  const forced = forcedBackend === backend;
  const watch = backend === "webgpu" ? await startWebGpu(forced) : await startWasm();
  onStarting(backend);
  const { size, mean, std } = manifest.preprocessing;
  const predictor = createPredictor(weights, { views: manifest.views, size, mean, std });
  try {
    const test = checkKnownAnswers(predictor, manifest.knownAnswers);
    const limited = backend === "webgpu" && !forced;
    const report = await (limited ? within(webGpuTestWithinMs, "The known-answer test", test) : test);
    const deviceError = watch.error();
    if (deviceError) throw deviceFailed(deviceError);
    if (!report.passed) throw mismatch(backend, report.maxDifference);
    const predict = async (gray: Uint8Array, n: number) => {
      // Another model may have moved tfjs to another backend since.
      await tf.setBackend(backend);
      const output = predictAll(predictor, gray, n, watch.error);
      return limited ? within(webGpuBatchWithinMs, "A batch", output) : output;
    };
    const references = await unlikeEachOther(manifest.knownAnswers, predict);
    let tests = 0;
    return {
      backend,
      knownAnswerDifference: report.maxDifference,
      predict,
      test: () => {
        const turn = tests++ % references.length;
        const two = [...references.slice(turn), ...references.slice(0, turn)].slice(0, 2);
        return checkKnownAnswers({ predict }, two);
      },
      watch,
      dispose: () => disposeQuietly(predictor),
    };
  } catch (error) {
    disposeQuietly(predictor);
    throw error;
  }
}

/**
 * At least two known answers that are far apart. A device that has stopped computing gives back whatever lies in its
 * buffers, which may well be the last known answer, but not one after the other. Where the manifest has too few, more
 * inputs are computed now that the backend has just passed its test.
 */
async function unlikeEachOther(
  knownAnswers: readonly KnownAnswer[],
  predict: (gray: Uint8Array, n: number) => Promise<NetworkOutputs>,
): Promise<KnownAnswer[]> {
  const references = [...knownAnswers];
  const isFar = (logit: number) =>
    references.every((other) => Math.abs(other.logit - logit) > 3 * knownAnswerTolerance);
  const size = references[0]?.size ?? 0;
  for (let seed = 101; references.length < 2 && seed < 110; seed++) {
    const { logits } = await predict(knownAnswerInput(seed, size), 1);
    const logit = logits[0] ?? Number.NaN;
    if (isFar(logit)) references.push({ seed, size, logit });
  }
  return references;
}

/** A lost device may refuse even this. */
function disposeQuietly(predictor: Predictor): void {
  try {
    predictor.dispose();
  } catch (error) {
    console.warn(error);
  }
}

async function predictAll(
  predictor: Predictor,
  gray: Uint8Array,
  n: number,
  deviceError: () => string | null,
): Promise<NetworkOutputs> {
  const outputs = await predictor.predict(gray, n);
  const error = deviceError();
  if (error) throw deviceFailed(error);
  if (outputs.logits.length !== n || !outputs.logits.every(Number.isFinite))
    throw deviceFailed("it gave no number");
  return outputs;
}

function deviceFailed(reason: string): PneumoscopeError {
  return new PneumoscopeError("BACKEND_UNAVAILABLE", `The backend failed: ${reason}.`);
}

function mismatch(backend: BackendName, maxDifference: number): PneumoscopeError {
  return new PneumoscopeError(
    "KNOWN_ANSWER_MISMATCH",
    `${backend} does not reproduce the model's known answers (off by ${maxDifference} logits); it is not used.`,
    {
      userMessage:
        "This browser computes the model wrongly: its answers to the built-in test differ. No result is shown. Try another browser or device.",
    },
  );
}
