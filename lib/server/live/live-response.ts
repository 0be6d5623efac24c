import type { Database } from "@/drizzle/client";
import { heartbeat, serverSentEvent } from "@/lib/live/server-sent-event";
import type { SignedInCaller } from "@/lib/server/accounts/caller";
import { callerOfCookie, readSessionCookie } from "@/lib/server/accounts/session-cookie";
import { sessionLasts } from "@/lib/server/accounts/sessions";
import type { ServerContext } from "@/lib/server/context";
import type { LiveHub } from "./hub";

export interface LiveOptions {
  hub: LiveHub;
  heartbeatMs?: number;
  /** Streams of one person in this process; every tab in the foreground has one. */
  mostPerUser?: number;
  mostInAll?: number;
}

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  // Compression and proxies would hold messages back.
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
/** What a reader may fall behind before its stream is ended; it asks again from where it was. */
const mostUnread = 1_000;

/**
 * A stream of changes for who is signed in: `change` names what changed, `resync` says that changes may have been
 * missed, `end` that there is no use in asking again. `Last-Event-ID`, or `?since=`, is the serial last heard.
 */
export async function liveResponse(
  request: Request,
  { database }: Pick<ServerContext, "database">,
  options: LiveOptions,
): Promise<Response> {
  const { hub, mostPerUser = 12, mostInAll = 1_000 } = options;
  if (!["same-origin", "none", null].includes(request.headers.get("sec-fetch-site")))
    return refusal(403, "NOT_ALLOWED");
  const connected = await database().catch(() => null);
  if (!connected) return refusal(503, "DATABASE_UNAVAILABLE");
  const caller = await callerOfCookie(connected.db, readSessionCookie(request.headers.get("cookie")));
  if (caller.kind === "anonymous") return refusal(401, "SIGN_IN_REQUIRED");
  if (hub.countOf(caller.userId) >= mostPerUser) return refusal(429, "LIVE_TOO_MANY");
  if (hub.count() >= mostInAll) return refusal(503, "LIVE_TOO_MANY");
  return new Response(openStream(request, connected.db, caller, options), { headers });
}

function refusal(status: number, errorCode: string): Response {
  return Response.json({ errorCode }, { status, headers: { "cache-control": "no-store" } });
}

function sinceOf(request: Request): string | null {
  return request.headers.get("last-event-id") || new URL(request.url).searchParams.get("since");
}

function openStream(
  request: Request,
  db: Database,
  caller: SignedInCaller,
  { hub, heartbeatMs = 15_000 }: LiveOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let close = () => {};
  return new ReadableStream(
    {
      start(controller) {
        let open = true;
        const send = (text: string) => {
          if (!open) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) <= 0) close();
        };
        const checkSession = async () => {
          // A record that cannot be asked ends nobody's.
          if (!(await sessionLasts(db, caller.sessionId).catch(() => true))) {
            send(serverSentEvent("end", { reason: "session" }));
            close();
          }
        };
        const beat = setInterval(() => {
          // Where nothing can be heard, pages look for themselves.
          send(hub.isWell() ? heartbeat : serverSentEvent("resync", {}));
          void checkSession();
        }, heartbeatMs);
        const remove = hub.add({
          sessionId: caller.sessionId,
          userId: caller.userId,
          onChange: ({ kind, id, serial }) => send(serverSentEvent("change", { kind, id }, serial)),
          onGap: () => send(serverSentEvent("resync", {})),
          onSessionChange: () => void checkSession(),
          onStop: () => close(),
        });
        close = () => {
          if (!open) return;
          open = false;
          clearInterval(beat);
          remove();
          controller.close();
        };
        request.signal.addEventListener("abort", close, { once: true });
        send("retry: 2000\n\n");
        const since = sinceOf(request);
        const missed = since ? hub.changesFrom(since) : null;
        if (!missed) send(serverSentEvent("resync", {}));
        for (const { kind, id, serial } of missed ?? [])
          send(serverSentEvent("change", { kind, id }, serial));
      },
      cancel: () => close(),
    },
    { highWaterMark: mostUnread },
  );
}
