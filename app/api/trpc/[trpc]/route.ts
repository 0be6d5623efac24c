import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { readAtMost } from "@/lib/server/read-at-most";
import { trpcContext } from "@/lib/server/trpc/context";
import { isFromElsewhere } from "@/lib/server/trpc/is-from-elsewhere";
import { appRouter } from "@/lib/server/trpc/router";

export const dynamic = "force-dynamic";

/** What announces an upload names up to 50,000 files. */
const largestBodyBytes = 32 * 1024 * 1024;

async function handler(request: Request): Promise<Response> {
  if (isFromElsewhere(request)) return new Response("This page may not ask here.", { status: 403 });
  const body = request.method === "POST" ? await readAtMost(request, largestBodyBytes) : undefined;
  if (body === null) return new Response("The input is too large.", { status: 413 });
  const { method, headers, signal } = request;
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: new Request(request.url, { method, headers, signal, ...(body && { body }) }),
    router: appRouter,
    createContext: () => trpcContext(request),
    responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
  });
}

export { handler as GET, handler as POST };
