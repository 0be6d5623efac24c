import type { Outcome } from "@/lib/prediction/read-output";
import type { BatchResult, ImageFacts, ListedImage } from "./messages";
import type { ImageOrigin, Reading } from "./reading";

/** What most model versions take; a guess until one is ready, so that decoding need not wait for it. */
export const usualSize = 224;

/** The model's input of an image that waits for the network. */
export interface HeldImage {
  gray: Uint8Array<ArrayBuffer>;
  size: number;
  facts: ImageFacts;
  decodeMs: number;
  resizeMs: number;
}

/** An image of the list with what is kept of it while it is read. */
export interface Entry {
  reading: Reading;
  key: string;
  held: HeldImage | null;
  /** Round of the known-answer tests in which the result was computed. */
  round: number | null;
  /** A batch with this image failed: it goes alone next time. */
  alone: boolean;
}

/** Kept until the reader can no longer undo. */
export interface RemovedReadings {
  entries: Entry[];
  order: number[];
  currentId: number | null;
}

/** An image that has just come into the list. */
export function newEntry(
  id: number,
  { key, name, folder, sizeBytes, failure }: ListedImage,
  origin: ImageOrigin,
  step: Reading["step"],
): Entry {
  return {
    key,
    held: null,
    round: null,
    alone: false,
    reading: {
      id,
      name,
      folder,
      sizeBytes,
      origin,
      step,
      frame: 0,
      frameCount: 1,
      digest: null,
      facts: null,
      readAt: null,
      duplicateOf: null,
      cautions: [],
      prediction: null,
      refusal: null,
      readBy: null,
      revoked: null,
      failure,
    },
  };
}

/** None or one. */
export function entryOf(entries: ReadonlyMap<number, Entry>, id: number): [number, Entry][] {
  const entry = entries.get(id);
  return entry ? [[id, entry]] : [];
}

/** What a copy of an image has of it. */
export function resultOf(reading: Reading): Partial<Reading> {
  const { step, cautions, prediction, refusal, readBy, revoked, readAt, failure } = reading;
  return { step, cautions, prediction, refusal, readBy, revoked, readAt, failure };
}

/** Images as one batch. `gray` is [images, size, size]. */
export function joined(held: readonly HeldImage[]) {
  const size = held[0]?.size ?? usualSize;
  const gray = new Uint8Array(held.length * size * size);
  for (const [i, image] of held.entries()) gray.set(image.gray, i * size * size);
  return { gray, size, images: held.map(({ facts }) => facts) };
}

/** What an image of a batch of `n` is once the network has answered. */
export function settledBy(
  outcome: Outcome,
  { decodeMs, resizeMs }: HeldImage,
  { by, networkMs: batchMs }: BatchResult,
  n: number,
): Partial<Reading> {
  const networkMs = batchMs / n;
  const { cautions } = outcome;
  const common = { readBy: by, cautions, failure: null };
  if (outcome.status === "refused")
    return { ...common, step: "refused", refusal: outcome.reasons, prediction: null };
  return {
    ...common,
    step: "done",
    refusal: null,
    prediction: {
      ...outcome.prediction,
      ...by,
      durationMs: decodeMs + resizeMs + networkMs,
      phases: { decodeMs, resizeMs, networkMs },
    },
  };
}
