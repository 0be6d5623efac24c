import { eventType, Inngest } from "inngest";
import { z } from "zod";
import { jobStatusSchema } from "@/lib/training/job";

export const inngest = new Inngest({ id: "pneumoscope" });

/** «Train now»; by default on the daily run's folder with its preset. */
export const retrainRequested = eventType("pneumoscope/retrain.requested", {
  schema: z.object({
    source: z.string().optional(),
    preset: z.string().optional(),
    /** A run that is in the record already: what somebody started on the page. */
    runId: z.string().optional(),
  }),
});

/** The trainer's signed callback, passed on by app/api/trainer/callback. */
export const trainerJobFinished = eventType("pneumoscope/trainer-job.finished", {
  schema: z.object({ jobId: z.string(), status: jobStatusSchema }),
});
