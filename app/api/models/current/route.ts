import { serverContext } from "@/lib/server/context";
import { errorResponse } from "@/lib/server/http-error";
import { serveCurrentManifest } from "@/lib/server/model-versions/serve-current";
import { requireReader } from "@/lib/server/settings/reading-access";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  try {
    await requireReader(request);
    return await serveCurrentManifest(request, serverContext().store);
  } catch (error) {
    return errorResponse(error);
  }
}
