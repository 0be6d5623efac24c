import { exportFormats } from "@/lib/node/write-model";
import { answerRoute } from "@/lib/server/answer-route";
import { problem } from "@/lib/server/http-error";
import { exportModel } from "@/lib/server/model-versions/export-model";
import { countRequest } from "@/lib/server/request-limit";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

/** Of one person. */
const mostPerMinute = 30;

/** A version's weights for other software, for who is signed in or has a token: writing them costs memory and time. */
export const GET = answerRoute<{ version: string; format: string }>(async (request, params) => {
  const { version, format: name } = params;
  const format = exportFormats.find((known) => known === name);
  if (!format) return problem(404, "NOT_FOUND", `There is no format ${name.slice(0, 40)}.`);
  const { store, database, user } = await requireCaller(request, "viewer", "doctor", "admin");
  countRequest(`model export ${user.userId}`, mostPerMinute, 60_000);
  const { db } = await database();
  const { fileName, contentType, body } = await exportModel({ db, store }, { version, format });
  return new Response(body, {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${fileName}"`,
      "cache-control": "private, no-store",
    },
  });
});
