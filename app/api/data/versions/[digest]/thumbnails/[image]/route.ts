import { answerRoute } from "@/lib/server/answer-route";
import { serveThumbnail } from "@/lib/server/dataset-versions/serve-thumbnail";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

export const GET = answerRoute<{ digest: string; image: string }>(async (request, params) => {
  const { database, store } = await requireCaller(request, "doctor", "admin");
  return serveThumbnail(request, params, { db: (await database()).db, store });
});
