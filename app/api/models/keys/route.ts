import { acceptedKeys } from "@/lib/node/current-model";
import { serverContext } from "@/lib/server/context";
import { errorResponse } from "@/lib/server/http-error";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  try {
    const keys = await acceptedKeys(serverContext().store);
    return Response.json({ keys }, { headers: { "cache-control": "no-cache" } });
  } catch (error) {
    return errorResponse(error);
  }
}
