import type { ErrorCode } from "@/lib/errors";
import type { ModelManifest, TrustedKey } from "@/lib/manifest";

export type BackendName = "webgpu" | "wasm";

/** Something the reader should know that stops nothing. */
export interface Note {
  kind: "offline" | "refused" | "backend" | "storage";
  text: string;
}

export interface Failure {
  code: ErrorCode | "UNKNOWN";
  message: string;
}

export interface ReadyModel {
  manifest: ModelManifest;
  backend: BackendName;
  /** Largest |Δlogit| of the known-answer test. */
  knownAnswerDifference: number;
  /** Where the weights came from. */
  weightsFrom: "network" | "storage";
}

export type ModelState =
  | { phase: "checking" }
  | { phase: "downloading"; version: string; receivedBytes: number; totalBytes: number }
  | { phase: "verifying"; version: string }
  | { phase: "warming"; version: string; backend: BackendName }
  | { phase: "ready"; model: ReadyModel }
  | { phase: "failed"; failure: Failure };

/** A newer model version that was verified and waits for consent, or is being fetched. */
export interface Offer {
  version: string;
  serial: number;
  progress?: { receivedBytes: number; totalBytes: number };
}

export interface PhaseDurations {
  decodeMs: number;
  resizeMs: number;
  networkMs: number;
}

export interface Prediction {
  label: "NORMAL" | "PNEUMONIA";
  /** Calibrated, 0 to 1. */
  probability: number;
  threshold: number;
  logit: number;
  modelVersion: string;
  serial: number;
  backend: BackendName;
  durationMs: number;
  phases: PhaseDurations;
}

/** The image as the model read it, for the screen. */
export interface DecodedImage {
  width: number;
  height: number;
  /** [height × width], 0 to 255 */
  gray: Uint8Array<ArrayBuffer>;
  /** "sha256:<hex>" of the file. */
  digest: string;
}

export type ToWorker =
  | { kind: "start"; trustedKeys: TrustedKey[]; forcedBackend: BackendName | null }
  | { kind: "read"; readingId: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "sample"; readingId: number; seed: number }
  | { kind: "clear" }
  | { kind: "check" }
  | { kind: "switch" }
  | { kind: "retry" };

export type FromWorker =
  | { kind: "model"; state: ModelState }
  | { kind: "notes"; notes: Note[] }
  | { kind: "offer"; offer: Offer | null }
  | { kind: "decoded"; readingId: number; image: DecodedImage }
  | { kind: "predicting"; readingId: number }
  | { kind: "predicted"; readingId: number; prediction: Prediction }
  | { kind: "unreadable"; readingId: number; failure: Failure };
