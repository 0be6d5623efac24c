import { readServerEnv } from "@/lib/server/env";
import { checkParts } from "@/lib/server/overview/check-parts";
import { readOverview } from "@/lib/server/overview/read-overview";
import { router, signedInProcedure } from "../trpc";

export const overviewRouter = router({
  /** What is in use, what runs, what waits for a decision, and what happened last. */
  get: signedInProcedure.query(async ({ ctx }) => readOverview((await ctx.database()).db)),

  /** Whether database, trainer, storage and scheduler answer; administrators hear why not. Takes five seconds at most. */
  health: signedInProcedure.query(({ ctx }) =>
    checkParts(ctx, readServerEnv(), { tellsWhy: ctx.user.role === "admin" }),
  ),
});
