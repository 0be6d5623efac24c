import { trustedKeys } from "@/lib/node/current-model";
import { errorResponse } from "@/lib/server/http-error";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  try {
    return Response.json({ keys: await trustedKeys() }, { headers: { "cache-control": "no-cache" } });
  } catch (error) {
    return errorResponse(error);
  }
}
