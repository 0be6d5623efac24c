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
  const send = () => void desk.send();
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") send();
  });
  setInterval(() => {
    if (desk.getSnapshot().waiting > 0) send();
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
    sendFeedback: (items) => client.inUse.sendFeedback.mutate({ items }, within()).catch(giveUpIfRefused),
    sendStatistics: (reports) =>
      client.inUse.sendStatistics.mutate({ reports }, within()).catch(giveUpIfRefused),
  };
}

/** What the server finds malformed would be refused each time, and hold up all that comes after it. */
function giveUpIfRefused(error: unknown): void {
  const isMalformed = error instanceof TRPCClientError && error.data?.code === "BAD_REQUEST";
  if (!isMalformed) throw error;
  console.warn(error);
}
