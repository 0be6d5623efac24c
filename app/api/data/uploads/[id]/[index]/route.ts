import { answerRoute } from "@/lib/server/answer-route";
import { takeChunk } from "@/lib/server/dataset-imports/take-chunk";
import { problem } from "@/lib/server/http-error";
import { isFromElsewhere } from "@/lib/server/trpc/is-from-elsewhere";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

export const PUT = answerRoute<{ id: string; index: string }>(async (request, params) => {
  if (isFromElsewhere(request)) return problem(403, "NOT_ALLOWED", "This page may not ask here.");
  const { database } = await requireCaller(request, "admin");
  return takeChunk(request, params, (await database()).db);
});
