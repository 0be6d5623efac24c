import { serve } from "inngest/next";
import { createRetrainFunction } from "@/lib/server/jobs/inngest";
import { inngest } from "@/lib/server/jobs/inngest-client";

export const dynamic = "force-dynamic";

export const { GET, POST, PUT } = serve({ client: inngest, functions: [createRetrainFunction()] });
