import { callerOfCookie, readSessionCookie } from "@/lib/server/accounts/session-cookie";
import { serverContext } from "@/lib/server/context";
import type { TrpcContext } from "./trpc";

/** What a request's procedures work with. */
export function trpcContext(request: Request): TrpcContext {
  const context = serverContext();
  let caller: ReturnType<TrpcContext["caller"]> | undefined;
  return {
    ...context,
    caller: () => {
      caller ??= context
        .database()
        .then(({ db }) => callerOfCookie(db, readSessionCookie(request.headers.get("cookie"))));
      return caller;
    },
  };
}
