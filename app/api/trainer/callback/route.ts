import { trainerSecret } from "@/lib/node/secrets";
import { readServerEnv } from "@/lib/server/env";
import { errorResponse } from "@/lib/server/http-error";
import { inngest, trainerJobFinished } from "@/lib/server/jobs/inngest-client";
import { receiveCallback } from "@/lib/server/jobs/receive-callback";

export const dynamic = "force-dynamic";

/** The trainer says that a job has ended. Without Inngest the loop follows the job itself and needs no call. */
export async function POST(request: Request): Promise<Response> {
  try {
    const status = await receiveCallback(request, await trainerSecret());
    if (readServerEnv().usesInngest) {
      await inngest.send(trainerJobFinished.create({ jobId: status.jobId, status }));
    }
    return new Response(null, { status: 204 });
  } catch (error) {
    return errorResponse(error);
  }
}
