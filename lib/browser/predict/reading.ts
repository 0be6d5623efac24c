import type { Revocation } from "@/lib/manifest";
import type { Prediction } from "@/lib/prediction/interpret";
import type { ActivationMap, Caution, RefusalReason } from "@/lib/prediction/outcome";
import type { Radiograph } from "@/lib/xray/radiograph";
import type { BackendName, Failure, ImageFacts, PhaseDurations } from "./messages";

export type ImageOrigin = "file" | "clipboard" | "sample";

/** The steps of one image, in order; the last four are final. "waiting" is for the model. */
export type ReadingStep =
  | "queued"
  | "decoding"
  | "waiting"
  | "predicting"
  | "done"
  | "refused"
  | "failed"
  | "cancelled";

/** One image in the worklist. Holds no pixels: those of the image on screen are in `ShownImage`. */
export interface Reading {
  id: number;
  name: string;
  /** Folder or archive it came from, as the reader gave it; empty for a single file. */
  folder: string;
  sizeBytes: number | null;
  origin: ImageOrigin;
  step: ReadingStep;
  frame: number;
  frameCount: number;
  /** "sha256:<hex>" of the file, once read. */
  digest: string | null;
  /** What the file says of itself, once read: names of persons among it, which stay in the tab. */
  facts: ImageFacts | null;
  /** When its last result or failure came, as an ISO instant. */
  readAt: string | null;
  /** The reading of the same file that came first; this one shows its result and is not read itself. */
  duplicateOf: number | null;
  cautions: Caution[];
  /** While `step` is not final this is what an earlier model version said, about to be replaced. */
  prediction: ReadPrediction | null;
  refusal: RefusalReason[] | null;
  /** What predicted or refused it. */
  readBy: ReadBy | null;
  /** Why what read it may not be used any more: its result must not be relied on. */
  revoked: Revocation | null;
  failure: Failure | null;
}

export interface ReadBy {
  modelVersion: string;
  serial: number;
  /** "sha256:<hex>" of the manifest's canonical bytes. */
  manifestDigest: string;
  backend: BackendName;
}

/** A probability with all that its reader may ask of it. */
export interface ReadPrediction extends ReadBy, Prediction {
  map: ActivationMap;
  durationMs: number;
  phases: PhaseDurations;
}

/** The image on screen. */
export interface ShownImage {
  readingId: number;
  radiograph: Radiograph;
}

export function isFinal(step: ReadingStep): boolean {
  return step === "done" || step === "refused" || step === "failed" || step === "cancelled";
}
