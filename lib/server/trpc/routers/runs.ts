import { z } from "zod";
import { getRun, listRuns } from "@/lib/server/training-runs/runs";
import { publicProcedure, router } from "../trpc";

export const runsRouter = router({
  /** Training runs, newest first. */
  list: publicProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(200).default(50) }).prefault({}))
    .query(async ({ ctx, input }) => listRuns((await ctx.database()).db, input.limit)),

  /** One run with its epochs and the decision about its model. */
  get: publicProcedure
    .input(z.strictObject({ id: z.string().min(1).max(80) }))
    .query(async ({ ctx, input }) => getRun((await ctx.database()).db, input.id)),
});
