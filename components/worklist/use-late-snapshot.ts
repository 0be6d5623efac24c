import { startTransition, useEffect, useState } from "react";
import type { PredictSession, SessionSnapshot } from "@/lib/browser/predict/session";

/**
 * What the session holds, drawn when the page has nothing more urgent to do: a long list must not hold up the image.
 * What the reader does (choosing an image, removing one) is drawn at once.
 */
export function useLateSnapshot(session: PredictSession): SessionSnapshot {
  const [snapshot, setSnapshot] = useState(session.getSnapshot);
  useEffect(() => {
    let drawn = session.getSnapshot();
    setSnapshot(drawn);
    return session.subscribe(() => {
      const next = session.getSnapshot();
      const isAsked = next.currentId !== drawn.currentId || next.removed !== drawn.removed;
      drawn = next;
      if (isAsked) setSnapshot(next);
      else startTransition(() => setSnapshot(next));
    });
  }, [session]);
  return snapshot;
}
