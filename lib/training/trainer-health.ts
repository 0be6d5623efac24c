import { z } from "zod";

/** What the trainer's unsigned GET /health answers. */
export const trainerHealthSchema = z.object({
  ok: z.literal(true),
  version: z.string(),
  /** The engine that works here; null while it is still being looked for. */
  engine: z.string().nullable(),
  /** Jobs that wait, without the running one. */
  queueLength: z.int().min(0),
  runningJobId: z.string().nullable(),
});
export type TrainerHealth = z.infer<typeof trainerHealthSchema>;
