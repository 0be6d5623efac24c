import { answerRoute } from "@/lib/server/answer-route";
import { serverContext } from "@/lib/server/context";
import { serveWeights } from "@/lib/server/model-versions/serve-weights";
import { requireReader } from "@/lib/server/settings/reading-access";

export const dynamic = "force-dynamic";

export const GET = answerRoute<{ digest: string }>(async (request, params) => {
  const isPrivate = await requireReader(request);
  const response = await serveWeights(request, params.digest, serverContext().store);
  // No shared cache may hand them on to someone who is not signed in.
  if (isPrivate) response.headers.set("cache-control", "private, no-cache");
  return response;
});

export const HEAD = GET;
