import { serverContext } from "@/lib/server/context";
import { errorResponse } from "@/lib/server/http-error";
import { serveWeights } from "@/lib/server/model-versions/serve-weights";
import { requireReader } from "@/lib/server/settings/reading-access";

export const dynamic = "force-dynamic";

export async function GET(
  request: Request,
  { params }: { params: Promise<{ digest: string }> },
): Promise<Response> {
  try {
    const isPrivate = await requireReader(request);
    const response = await serveWeights(request, (await params).digest, serverContext().store);
    // No shared cache may hand them on to someone who is not signed in.
    if (isPrivate) response.headers.set("cache-control", "private, no-cache");
    return response;
  } catch (error) {
    return errorResponse(error);
  }
}

export const HEAD = GET;
