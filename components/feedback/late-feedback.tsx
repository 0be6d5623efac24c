import { lazy, Suspense, useSyncExternalStore } from "react";
import { getDesk, subscribeDesk } from "@/lib/browser/in-use/late-desk";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";

// Loaded for who may give feedback. Where it cannot be had, the page goes on without it.
const FeedbackPanel = lazy(() => import("./feedback-panel").catch(() => ({ default: () => null })));

/** Room for a doctor's word on a reading: empty for everyone else. */
export function LateFeedback({ reading, prediction }: { reading: Reading; prediction: ReadPrediction }) {
  const desk = useSyncExternalStore(subscribeDesk, getDesk, () => null);
  if (!desk) return null;
  return (
    <Suspense>
      <FeedbackPanel desk={desk} reading={reading} prediction={prediction} />
    </Suspense>
  );
}
