import type { Reading } from "@/lib/browser/predict/reading";
import type { SessionSnapshot } from "@/lib/browser/predict/session";
import type { CountedOutcome } from "@/lib/in-use/statistics";
import type { FeedbackDesk } from "./feedback-desk";

interface Readings {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Pick<SessionSnapshot, "readings">;
}

/** Counts each result of the tab once, from the moment when its doctor shares statistics. */
export function countReadings(
  session: Readings,
  desk: Pick<FeedbackDesk, "getSnapshot" | "count">,
): () => void {
  const seen = new Set<string>();
  let last: readonly Reading[] | null = null;
  function look(): void {
    const { readings } = session.getSnapshot();
    if (readings === last) return;
    last = readings;
    const { sharing } = desk.getSnapshot();
    for (const reading of readings) {
      const name = nameOf(reading);
      if (!name || seen.has(name)) continue;
      seen.add(name);
      const outcome = outcomeOf(reading);
      // What was read before consent is seen, and never counted.
      if (sharing && outcome && reading.readBy) void desk.count(reading.readBy.serial, outcome);
    }
  }
  look();
  return session.subscribe(look);
}

/** Null for what has no result of its own, and for drawn samples. */
function nameOf({ id, frame, step, origin, duplicateOf, readBy }: Reading): string | null {
  const isResult = (step === "done" || step === "refused") && origin !== "sample" && duplicateOf === null;
  return isResult && readBy ? `${id} ${frame} ${readBy.manifestDigest}` : null;
}

function outcomeOf({ readBy, prediction, refusal }: Reading): CountedOutcome | null {
  if (!readBy) return null;
  const { backend } = readBy;
  if (prediction) return { backend, probability: prediction.probability, durationMs: prediction.durationMs };
  return refusal?.[0] ? { backend, refused: refusal[0].kind } : null;
}
