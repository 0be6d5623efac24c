import { readBaselineManifest } from "@/lib/node/current-model";
import { answerRoute } from "@/lib/server/answer-route";
import { serverContext } from "@/lib/server/context";
import { problem } from "@/lib/server/http-error";
import { serveWeights } from "@/lib/server/model-versions/serve-weights";
import { requireReader } from "@/lib/server/settings/reading-access";

export const dynamic = "force-dynamic";

/** The files of public/models where reading is for signed-in doctors only: proxy.ts leads here. */
export const GET = answerRoute<{ file: string }>(async (request, params) => {
  await requireReader(request);
  if (params.file !== "weights.safetensors") return problem(404, "FILE_NOT_FOUND", "There is no such file.");
  const { manifest } = await readBaselineManifest();
  const response = await serveWeights(request, manifest.weights.digest, serverContext().store);
  response.headers.set("cache-control", "private, no-cache");
  return response;
});

export const HEAD = GET;
