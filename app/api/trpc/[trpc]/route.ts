import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { serverContext } from "@/lib/server/context";
import { appRouter } from "@/lib/server/trpc/router";

export const dynamic = "force-dynamic";

function handler(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: serverContext,
  });
}

export { handler as GET, handler as POST };
