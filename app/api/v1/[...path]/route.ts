import { handleApiRequest } from "@/lib/server/api/handle-request";
import { trpcContext } from "@/lib/server/trpc/context";

export const dynamic = "force-dynamic";

/** Cookies do not count here: another site's page has nothing to forge with. */
async function handler(
  request: Request,
  { params }: { params: Promise<{ path: string[] }> },
): Promise<Response> {
  const { path } = await params;
  return handleApiRequest(request, path.join("/"), trpcContext(request, { cookies: false }));
}

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT };
