import type { PredictSession } from "@/lib/browser/predict/session";
import { accountHint } from "@/lib/in-use/account-hint";
import type { FeedbackDesk } from "./feedback-desk";

let desk: FeedbackDesk | null = null;
let asked = false;
const listeners = new Set<() => void>();

/** The feedback desk, once somebody who may give feedback is known to be signed in; the same object from then on. */
export const getDesk = (): FeedbackDesk | null => desk;

export function subscribeDesk(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Opens the feedback desk, where a cookie hints at an account. Called when the model is there: neither its code nor
 * its request may share the line with the model. Where its code cannot be had the page goes on without it.
 */
export async function openDeskLate(session: PredictSession): Promise<void> {
  if (asked || !document.cookie.split("; ").includes(`${accountHint}=1`)) return;
  asked = true;
  try {
    const { startDesk } = await import("./start-desk");
    const started = await startDesk(session);
    // Who signs in later in this tab is asked for again.
    asked = started.getSnapshot().account !== null;
    if (!asked) return;
    desk = started;
    for (const listener of listeners) listener();
  } catch {
    asked = false;
  }
}
