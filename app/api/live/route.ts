import { serverContext } from "@/lib/server/context";
import { sharedLiveHub } from "@/lib/server/live/hub";
import { liveResponse } from "@/lib/server/live/live-response";

export const dynamic = "force-dynamic";
/** Seconds, on hosts that end long answers; the page asks again. */
export const maxDuration = 300;

export function GET(request: Request): Promise<Response> {
  const context = serverContext();
  return liveResponse(request, context, { hub: sharedLiveHub(context.database) });
}
