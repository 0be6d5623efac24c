import type { SourceFile } from "@/lib/archive";
import type { ErrorCode } from "@/lib/errors";
import type { ModelManifest, Revocation, TrustedKey } from "@/lib/manifest";
import type { Outcome } from "@/lib/prediction/read-output";
import type { Radiograph } from "@/lib/xray/radiograph";
import type { ModelDiagnostics } from "./model-diagnostics";
import type { ReadBy } from "./reading";
import type { Keeping } from "./storage";

export type BackendName = "webgpu" | "wasm";

/** Something the reader should know that stops nothing; one of each kind at a time. */
export type Note =
  /** The server cannot be reached; this version, verified earlier, is used. */
  | { kind: "offline"; version: string }
  /** What the server offers did not pass; this version, verified earlier, is used. */
  | { kind: "refused"; failure: Failure; version: string }
  | {
      kind: "backend";
      /** It failed its known-answer test at the start, stopped working, or was found wrong while reading. */
      event: "wrong" | "stopped" | "distrusted";
      backend: BackendName;
      /** Readings that were taken back. */
      count: number;
    }
  /** This version was stopped because it is revoked; the successor is null while there is none. */
  | { kind: "revoked"; version: string; reason: string; successor: string | null }
  /** The browser does not keep the model. */
  | { kind: "storage"; keeping: Exclude<Keeping, "kept"> };

export interface Failure {
  code: ErrorCode | "UNKNOWN";
  message: string;
}

export interface ReadyModel {
  manifest: ModelManifest;
  /** "sha256:<hex>" of the manifest's canonical bytes, which are what was signed. */
  manifestDigest: string;
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

/** A radiograph without its pixels: what the outcome is judged by besides the network's answer. */
export type ImageFacts = Omit<Radiograph, "values" | "voi" | "presets"> & {
  /** A sample that this product drew: far from any radiograph, and read all the same. */
  drawn?: boolean;
};

/** Outcomes of a batch, in its order, with what they were computed by. */
export interface BatchResult {
  outcomes: Outcome[];
  by: ReadBy;
  networkMs: number;
  /** Results of one round lie between the same two known-answer tests. */
  round: number;
}

/**
 * Why a batch has no results. "again": the backend or the model changed under it. "batch": this backend still
 * gives its known answers, so the cause lies in the images.
 */
export interface BatchFailure {
  cause: "again" | "batch";
  failure: Failure;
}

export type ToModelWorker =
  | {
      kind: "start";
      trustedKeys: TrustedKey[];
      forcedBackend: BackendName | null;
      /** Backends that failed earlier in this tab. */
      except: BackendName[];
      firstRound: number;
    }
  | {
      kind: "predict";
      batchId: number;
      /** [n × size × size], 0 to 255 */
      gray: Uint8Array<ArrayBuffer>;
      size: number;
      images: ImageFacts[];
    }
  /** Nothing is left to read for now: what was read since the last known-answer test may be tested. */
  | { kind: "rest" }
  | { kind: "diagnose"; requestId: number }
  | { kind: "check" }
  | { kind: "switch" }
  | { kind: "retry" };

export type FromModelWorker =
  | { kind: "model"; state: ModelState }
  | { kind: "notes"; notes: Note[] }
  | { kind: "offer"; offer: Offer | null }
  /** Every revocation that this browser has heard of. */
  | { kind: "revocations"; revocations: Revocation[] }
  | { kind: "predicted"; batchId: number; result: BatchResult }
  | { kind: "unpredicted"; batchId: number; failure: BatchFailure }
  /** The known answers came out wrong after this round: none of its results may stand. */
  | { kind: "distrusted"; round: number; backend: BackendName }
  | { kind: "diagnosed"; requestId: number; diagnostics: ModelDiagnostics };

/** An image that was found in what the reader gave, not yet read. */
export interface ListedImage {
  /** Names it to the image worker; the same again when the same files are listed again. */
  key: string;
  name: string;
  folder: string;
  sizeBytes: number | null;
  /** Already known to be unreadable. */
  failure: Failure | null;
}

export type Listing = { kind: "files"; files: SourceFile[] } | { kind: "sample"; name: string; seed: number };

export interface ReadRequest {
  key: string;
  /** Zero-based. */
  frame: number;
  /** Side of the model's input, in pixels. */
  size: number;
  /** Whether the pixels are wanted for the screen. */
  show: boolean;
}

/** An image as the model takes it, and, where it was asked for, as the viewer does. */
export interface ReadImage {
  /** "sha256:<hex>" of the file. */
  digest: string;
  /** [size × size], 0 to 255 */
  gray: Uint8Array<ArrayBuffer>;
  size: number;
  facts: ImageFacts;
  decodeMs: number;
  resizeMs: number;
  radiograph: Radiograph | null;
}

export type ToImageWorker =
  | { kind: "list"; listId: number; listing: Listing; silent: boolean }
  | { kind: "unlist"; listId: number }
  | { kind: "read"; requestId: number; request: ReadRequest }
  | { kind: "forget"; keys: string[] };

export type FromImageWorker =
  | { kind: "listed"; listId: number; images: ListedImage[]; complete: boolean }
  | { kind: "read"; requestId: number; image: ReadImage }
  | { kind: "unread"; requestId: number; failure: Failure };
