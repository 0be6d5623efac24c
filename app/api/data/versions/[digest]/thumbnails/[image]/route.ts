import { serveThumbnail } from "@/lib/server/dataset-versions/serve-thumbnail";
import { errorResponse } from "@/lib/server/http-error";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

export async function GET(
  request: Request,
  { params }: { params: Promise<{ digest: string; image: string }> },
): Promise<Response> {
  try {
    const { store } = await requireCaller(request, "doctor", "admin");
    return await serveThumbnail(request, await params, store);
  } catch (error) {
    return errorResponse(error);
  }
}
