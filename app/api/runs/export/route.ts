import { runSearchFromParams } from "@/lib/run-search/run-search";
import { errorResponse } from "@/lib/server/http-error";
import { exportRuns } from "@/lib/server/training-runs/export-csv";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

/** The list as CSV, narrowed as the page's own address is. For everyone who is signed in. */
export async function GET(request: Request): Promise<Response> {
  try {
    const { database } = await requireCaller(request, "viewer", "doctor", "admin");
    const { db } = await database();
    const search = runSearchFromParams(new URL(request.url).searchParams);
    return new Response(exportRuns(db, search), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="runs.csv"',
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return errorResponse(error);
  }
}
