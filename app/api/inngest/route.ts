import { serve } from "inngest/next";
import type { NextRequest } from "next/server";
import { readServerEnv } from "@/lib/server/env";
import { problem } from "@/lib/server/http-error";
import { createRetrainFunction } from "@/lib/server/jobs/inngest";
import { inngest } from "@/lib/server/jobs/inngest-client";

export const dynamic = "force-dynamic";

type Handlers = ReturnType<typeof serve>;
let handlers: Handlers | undefined;

/** Without Inngest this process runs the loop itself, and there is nothing here. */
function handle(method: keyof Handlers) {
  return async (request: NextRequest, context: unknown): Promise<Response> => {
    if (!readServerEnv().usesInngest) {
      return problem(
        404,
        "INNGEST_OFF",
        "Inngest is not configured: set INNGEST_EVENT_KEY, or INNGEST_DEV=1.",
      );
    }
    handlers ??= serve({ client: inngest, functions: [createRetrainFunction()] });
    return handlers[method](request, context);
  };
}

export const GET = handle("GET");
export const POST = handle("POST");
export const PUT = handle("PUT");
