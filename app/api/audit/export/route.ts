import { z } from "zod";
import { eventFilterShape } from "@/lib/server/audit/event-filter";
import { exportEvents, trailFormats } from "@/lib/server/audit/export-events";
import { errorResponse, problem } from "@/lib/server/http-error";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

const asked = z.strictObject({ ...eventFilterShape, format: z.enum(trailFormats).default("csv") });
const types = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl; charset=utf-8" };

/** The trail as a file, narrowed as the page's own address is. For administrators. */
export async function GET(request: Request): Promise<Response> {
  try {
    const { database } = await requireCaller(request, "admin");
    const parsed = asked.safeParse(Object.fromEntries(new URL(request.url).searchParams));
    if (!parsed.success) return problem(400, "INPUT_INVALID", z.prettifyError(parsed.error));
    const { format, ...filter } = parsed.data;
    return new Response(exportEvents((await database()).db, filter, format), {
      headers: {
        "content-type": types[format],
        "content-disposition": `attachment; filename="audit.${format}"`,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
      },
    });
  } catch (error) {
    return errorResponse(error);
  }
}
