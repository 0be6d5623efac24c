import { writeHtml } from "@/lib/dataset-report/write-html";
import { answerRoute } from "@/lib/server/answer-route";
import { attachment } from "@/lib/server/attachment";
import { findReport } from "@/lib/server/dataset-versions/check";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { problem } from "@/lib/server/http-error";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

/** The report of a version as one HTML file. */
export const GET = answerRoute<{ digest: string }>(async (request, params) => {
  const { database, store } = await requireCaller(request, "viewer", "doctor", "admin");
  const { db } = await database();
  const { digest } = await requireDatasetVersion(db, params.digest);
  const report = await findReport({ db, store }, digest);
  if (!report) return problem(404, "DATASET_NOT_CHECKED", "This version has not been checked yet.");
  return attachment(
    await writeHtml(report),
    `report-${digest.slice(7, 19)}.html`,
    "text/html; charset=utf-8",
  );
});
