import { takeChunk } from "@/lib/server/dataset-imports/take-chunk";
import { errorResponse, problem } from "@/lib/server/http-error";
import { isFromElsewhere } from "@/lib/server/trpc/is-from-elsewhere";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

export async function PUT(
  request: Request,
  { params }: { params: Promise<{ id: string; index: string }> },
): Promise<Response> {
  try {
    if (isFromElsewhere(request)) return problem(403, "NOT_ALLOWED", "This page may not ask here.");
    const { database } = await requireCaller(request, "admin");
    return await takeChunk(request, await params, (await database()).db);
  } catch (error) {
    return errorResponse(error);
  }
}
