import type { BatchFailure, BatchResult, ImageFacts, ReadImage, ReadRequest } from "./messages";

/** Reads files elsewhere: nothing here touches their bytes. */
export interface ImageSource {
  /** @throws a PneumoscopeError or Failure-carrying error where the image cannot be read */
  read(request: ReadRequest): Promise<ReadImage>;
  forget(keys: string[]): void;
}

export interface ModelSource {
  /** Null while no model is ready. */
  ready(): { size: number; batchSize: number } | null;
  /** @throws BatchError */
  predict(batch: { gray: Uint8Array<ArrayBuffer>; size: number; images: ImageFacts[] }): Promise<BatchResult>;
  /** Nothing is left to read. */
  rest(): void;
}

export class BatchError extends Error {
  constructor(readonly batch: BatchFailure) {
    super(batch.failure.message);
  }
}
