import type { Database } from "@/drizzle/client";
import type { Caller } from "@/lib/server/accounts/caller";
import { callerOfCookie, readSessionCookie } from "@/lib/server/accounts/session-cookie";
import { visitorOf } from "@/lib/server/accounts/visitor";
import { bearerOf } from "@/lib/server/api-tokens/bearer";
import { callerOfToken } from "@/lib/server/api-tokens/tokens";
import { serverContext } from "@/lib/server/context";
import { countRequest } from "@/lib/server/request-limit";
import type { TrpcContext } from "./trpc";

const mostPerMinute = 300;

/**
 * Who asks. A request with a token is the token's, whatever cookie comes with it.
 * @throws TOKEN_INVALID, TOO_MANY_REQUESTS
 */
export async function callerOfRequest(
  db: Database,
  request: Request,
  { cookies = true } = {},
): Promise<Caller> {
  const token = bearerOf(request.headers);
  if (token === null)
    return callerOfCookie(db, cookies ? readSessionCookie(request.headers.get("cookie")) : undefined);
  const holder = await callerOfToken(db, token, visitorOf(request.headers).address);
  countRequest(`token:${holder.sessionId}`, mostPerMinute, 60_000);
  return holder;
}

/** What a request's procedures work with. */
export function trpcContext(request: Request, options: { cookies?: boolean } = {}): TrpcContext {
  const context = serverContext();
  let caller: Promise<Caller> | undefined;
  return {
    ...context,
    visitor: visitorOf(request.headers),
    caller: () => {
      caller ??= context.database().then(({ db }) => callerOfRequest(db, request, options));
      return caller;
    },
  };
}
