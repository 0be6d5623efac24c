import type { Caller } from "@/lib/server/accounts/caller";
import { callerOfCookie, readSessionCookie } from "@/lib/server/accounts/session-cookie";
import { visitorOf } from "@/lib/server/accounts/visitor";
import { bearerOf } from "@/lib/server/api-tokens/bearer";
import { callerOfToken } from "@/lib/server/api-tokens/tokens";
import { serverContext } from "@/lib/server/context";
import { countRequest } from "@/lib/server/request-limit";
import type { TrpcContext } from "./trpc";

const mostPerMinute = 300;

/** What a request's procedures work with. A request with a token is the token's, whatever cookie comes with it. */
export function trpcContext(request: Request, { cookies = true } = {}): TrpcContext {
  const context = serverContext();
  const visitor = visitorOf(request.headers);
  let caller: Promise<Caller> | undefined;
  async function find(): Promise<Caller> {
    const { db } = await context.database();
    const token = bearerOf(request.headers);
    if (token !== null) {
      const holder = await callerOfToken(db, token, visitor.address);
      countRequest(`token:${holder.sessionId}`, mostPerMinute, 60_000);
      return holder;
    }
    return callerOfCookie(db, cookies ? readSessionCookie(request.headers.get("cookie")) : undefined);
  }
  return {
    ...context,
    visitor,
    caller: () => {
      caller ??= find();
      return caller;
    },
  };
}
