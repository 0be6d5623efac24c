import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { trpcContext } from "@/lib/server/trpc/context";
import { isFromElsewhere } from "@/lib/server/trpc/is-from-elsewhere";
import { appRouter } from "@/lib/server/trpc/router";

export const dynamic = "force-dynamic";

async function handler(request: Request): Promise<Response> {
  if (isFromElsewhere(request)) return new Response("This page may not ask here.", { status: 403 });
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => trpcContext(request),
    responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
  });
}

export { handler as GET, handler as POST };
