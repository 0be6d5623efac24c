import * as tf from "@tensorflow/tfjs-core";
import { PneumoscopeError } from "@/lib/errors";
import type { ModelManifest } from "@/lib/manifest";
import { checkKnownAnswers } from "@/lib/resnet18/known-answer";
import { createPredictor, type Predictor } from "@/lib/resnet18/predictor";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { BackendName } from "./messages";
import { startWasm } from "./wasm";
import { startWebGpu } from "./webgpu";
import { within } from "./within";

export interface StartedPredictor {
  backend: BackendName;
  /** Largest |Δlogit| of the known-answer test. */
  knownAnswerDifference: number;
  /** @returns the logit. @throws BACKEND_UNAVAILABLE where the backend failed since */
  predictLogit(gray: Uint8Array): Promise<number>;
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

/** A GPU that needs longer for the known answers is slower than wasm. */
const webGpuTestWithinMs = 30_000;

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
    return {
      backend,
      knownAnswerDifference: report.maxDifference,
      predictLogit: async (gray) => {
        // Another model may have moved tfjs to another backend since.
        await tf.setBackend(backend);
        return predictOne(predictor, gray, watch.error);
      },
      dispose: () => predictor.dispose(),
    };
  } catch (error) {
    predictor.dispose();
    throw error;
  }
}

async function predictOne(
  predictor: Predictor,
  gray: Uint8Array,
  deviceError: () => string | null,
): Promise<number> {
  const [logit = Number.NaN] = await predictor.predictLogits(gray, 1);
  const error = deviceError();
  if (error) throw deviceFailed(error);
  if (!Number.isFinite(logit)) throw deviceFailed("it gave no number");
  return logit;
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
