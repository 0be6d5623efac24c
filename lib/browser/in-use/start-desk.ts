import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import type { PredictSession } from "@/lib/browser/predict/session";
import type { AppRouter } from "@/lib/server/trpc/router";
import { countReadings } from "./count-readings";
import { deskStorage } from "./desk-storage";
import { type DeskApi, FeedbackDesk } from "./feedback-desk";

const answerWithinMs = 20_000;
const sendEveryMs = 60_000;

/** Opens the desk of this page, which then sends by itself when the server is there again. */
export async function startDesk(session: PredictSession): Promise<FeedbackDesk> {
  const desk = new FeedbackDesk(deskStorage, deskApi());
  await desk.open();
  if (!desk.getSnapshot().account) return desk;
  countReadings(session, desk);
  // While the page was away somebody else may have signed in.
  const openAgain = () => void desk.open().catch(() => undefined);
  window.addEventListener("online", openAgain);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") openAgain();
  });
  setInterval(() => {
    if (desk.getSnapshot().waiting > 0) void desk.send();
  }, sendEveryMs);
  return desk;
}

function deskApi(): DeskApi {
  const client = createTRPCClient<AppRouter>({
    links: [httpLink({ url: "/api/trpc", transformer: superjson })],
  });
  const within = () => ({ signal: AbortSignal.timeout(answerWithinMs) });
  return {
    async me() {
      const me = await client.accounts.me.query(undefined, within());
      return me && { userId: me.userId, role: me.role };
    },
    sendFeedback: (userId, items) => isTaken(client.inUse.sendFeedback.mutate({ userId, items }, within())),
    sendStatistics: (userId, reports) =>
      isTaken(client.inUse.sendStatistics.mutate({ userId, reports }, within())),
  };
}

async function isTaken(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
  } catch (error) {
    const code: unknown = error instanceof TRPCClientError ? error.data?.code : null;
    if (code === "UNAUTHORIZED" || code === "FORBIDDEN") return false;
    if (code !== "BAD_REQUEST") throw error;
    // What the server finds malformed would be refused each time, and hold up all that comes after it.
    console.warn(error);
  }
  return true;
}
