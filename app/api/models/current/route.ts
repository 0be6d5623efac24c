import { serverContext } from "@/lib/server/context";
import { errorResponse } from "@/lib/server/http-error";
import { serveCurrentManifest } from "@/lib/server/model-versions/serve-current";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  try {
    return await serveCurrentManifest(request, serverContext().store);
  } catch (error) {
    return errorResponse(error);
  }
}
