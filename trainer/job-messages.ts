import { z } from "zod";
import { jobProgressSchema, trainerJobSchema, trainerResultSchema } from "@/lib/training/job";

/** What the trainer tells a job's process. */
export const jobCommandSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run"),
    job: trainerJobSchema,
    jobDirectory: z.string(),
    dataDirectory: z.string(),
    engineName: z.string().optional(),
  }),
  z.object({ type: z.literal("probe"), engineName: z.string().optional() }),
  z.object({ type: z.literal("cancel") }),
]);
export type JobCommand = z.infer<typeof jobCommandSchema>;

/** What a job's process tells the trainer. After `result`, `error` or `engine` to a probe it exits. */
export const jobMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("engine"), name: z.string() }),
  z.object({ type: z.literal("progress"), progress: jobProgressSchema }),
  z.object({ type: z.literal("result"), result: trainerResultSchema }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type JobMessage = z.infer<typeof jobMessageSchema>;
