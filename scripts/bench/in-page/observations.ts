import type { PhaseDurations } from "@/lib/browser/predict/messages";
import type { Outcome } from "@/lib/prediction/read-output";

/** Names of the performance marks around a reading. */
export const readingMarks = { from: "bench:dropped", to: "bench:result" };

/** What the product's page did, in milliseconds since the visit began. */
export interface Observations {
  /** Model phases in the order they began. */
  phases: { phase: string; atMs: number }[];
  largestContentfulPaintMs: number | null;
  /** When a file was dropped, and when its result was first on screen, since the last `expectResult`. */
  droppedAtMs: number | null;
  resultAtMs: number | null;
  /** The workers' own account of the last reading. */
  durations: Partial<PhaseDurations>;
  /** How the last reading ended. */
  status: Outcome["status"] | "failed" | null;
}

export interface PageObserver {
  observations: Observations;
  /** Forgets the last reading. */
  expectResult(): void;
}
