import type { Digest } from "@/lib/artifacts/store";
import { bytesOfChunks, chunkCount, chunkRange, type UploadPlan } from "@/lib/dataset/upload-plan";
import { PneumoscopeError } from "@/lib/errors";
import { digestOf } from "@/lib/manifest";

/** How a piece was taken: it is there, it may be tried again, or it never will be. */
export type ChunkAnswer = "taken" | "later" | { refused: PneumoscopeError };

export interface SendUpload {
  plan: UploadPlan;
  /** Pieces that came before, with what they hashed to. */
  known: readonly { index: number; digest: Digest }[];
  /** @throws where the file was moved or changed since it was chosen */
  read(start: number, end: number): Promise<Uint8Array>;
  put(index: number, digest: Digest, bytes: Uint8Array): Promise<ChunkAnswer>;
  /** Waits so long, or until the network is back. */
  pause(pauseMs: number): Promise<void>;
  onProgress(sent: { bytes: number; isWaiting: boolean }): void;
  signal: AbortSignal;
}

const parallelPieces = 3;
const pausesMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 60_000, 60_000, 60_000];

/**
 * Sends the pieces that are missing, a few at a time, and reads those that came before to see that the files are the same.
 * What the network loses is sent again after growing pauses.
 * @throws UPLOAD_FILE_CHANGED, NETWORK_FAILED after some five minutes without an answer, what the server refused with, and
 * the signal's reason
 */
export async function sendUpload(upload: SendUpload): Promise<void> {
  const { plan, signal, onProgress } = upload;
  const known = new Map(upload.known.map(({ index, digest }) => [index, digest]));
  const pieces = Array.from({ length: chunkCount(plan) }, (_, index) => index);
  let bytes = 0;
  const report = (isWaiting: boolean) => onProgress({ bytes, isWaiting });

  async function settle(index: number): Promise<void> {
    const { start, end } = chunkRange(plan, index);
    const piece = await upload.read(start, end);
    const digest = await digestOf(piece);
    const before = known.get(index);
    if (before !== undefined && before !== digest) throw otherFiles(index);
    if (before === undefined) await send(index, digest, piece);
    bytes += bytesOfChunks(plan, [index]);
    report(false);
  }

  async function send(index: number, digest: Digest, piece: Uint8Array): Promise<void> {
    for (const pauseMs of [...pausesMs, null]) {
      signal.throwIfAborted();
      const answer = await upload.put(index, digest, piece);
      if (answer === "taken") return;
      if (answer !== "later") throw answer.refused;
      if (pauseMs === null) break;
      report(true);
      await upload.pause(pauseMs);
    }
    throw new PneumoscopeError("NETWORK_FAILED", `Piece ${index} could not be sent.`);
  }

  async function worker(): Promise<void> {
    for (let index = pieces.shift(); index !== undefined; index = pieces.shift()) {
      signal.throwIfAborted();
      await settle(index);
    }
  }

  report(false);
  try {
    await Promise.all(Array.from({ length: parallelPieces }, worker));
  } finally {
    // Where one worker failed the others end after the piece they are at.
    pieces.length = 0;
  }
}

function otherFiles(index: number): PneumoscopeError {
  return new PneumoscopeError(
    "UPLOAD_FILE_CHANGED",
    `Piece ${index} of these files is another than was sent before.`,
  );
}

/** Bytes a second over the last while, and the seconds left, from a growing count. */
export function createSpeedometer(windowMs = 10_000) {
  const marks: { atMs: number; bytes: number }[] = [];
  return {
    /** @returns null until there is something to tell by */
    secondsLeft(atMs: number, bytes: number, totalBytes: number): number | null {
      marks.push({ atMs, bytes });
      while (marks.length > 2 && atMs - (marks[0]?.atMs ?? atMs) > windowMs) marks.shift();
      const first = marks[0];
      if (!first || atMs - first.atMs < 1_000 || bytes <= first.bytes) return null;
      const bytesPerMs = (bytes - first.bytes) / (atMs - first.atMs);
      return (totalBytes - bytes) / bytesPerMs / 1000;
    },
  };
}
