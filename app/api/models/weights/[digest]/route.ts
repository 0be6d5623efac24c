import { serverContext } from "@/lib/server/context";
import { errorResponse } from "@/lib/server/http-error";
import { serveWeights } from "@/lib/server/model-versions/serve-weights";

export const dynamic = "force-dynamic";

export async function GET(
  request: Request,
  { params }: { params: Promise<{ digest: string }> },
): Promise<Response> {
  try {
    return await serveWeights(request, (await params).digest, serverContext().store);
  } catch (error) {
    return errorResponse(error);
  }
}

export const HEAD = GET;
