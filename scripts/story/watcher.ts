export interface SeenReading {
  /** The model version that read it. */
  version: string;
  /** Calibrated probability of pneumonia; null where nothing was computed. */
  probability: number | null;
}

export interface SeenRevocation {
  /** What the reader is told. */
  text: string;
  /** The image, read again with the successor. */
  again: SeenReading;
  /** The version that took over, by itself. */
  successor: string;
  afterMs: number;
}

/** Somebody who has the page open all along. */
export interface Watcher {
  kind: "Chromium" | "HTTP answers";
  /** Opens the page and has it read one image. */
  open(): Promise<SeenReading>;
  /** Waits until the page offers a version; it goes on with the one that it has. @returns what it still reads with */
  offered(version: string): Promise<SeenReading>;
  /** Takes the version that is on offer, and has the image read again. */
  take(version: string): Promise<SeenReading>;
  /** Waits until the page has stopped a revoked version by itself. */
  stopped(version: string, reason: string): Promise<SeenRevocation>;
  close(): Promise<void>;
}
