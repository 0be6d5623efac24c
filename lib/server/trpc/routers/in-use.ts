import { z } from "zod";
import { feedbackBatch, feedbackItemSchema } from "@/lib/in-use/feedback";
import { reportBatch, statisticsReportSchema } from "@/lib/in-use/statistics";
import { readDriftSettings } from "@/lib/server/in-use/drift-settings";
import { inUseOverview } from "@/lib/server/in-use/overview";
import { recordFeedback } from "@/lib/server/in-use/record-feedback";
import { recordStatistics } from "@/lib/server/in-use/record-statistics";
import { doctorProcedure, router, signedInProcedure } from "../trpc";

export const inUseRouter = router({
  /** What doctors and their browsers tell of the versions in use. */
  overview: signedInProcedure
    .input(
      z
        .strictObject({ days: z.union([z.literal(7), z.literal(28), z.literal(90)]).default(28) })
        .prefault({}),
    )
    .query(async ({ ctx, input }) =>
      inUseOverview((await ctx.database()).db, { ...input, settings: readDriftSettings() }),
    ),

  /** Feedback on readings; sending it again changes nothing. */
  sendFeedback: doctorProcedure
    .input(z.strictObject({ items: z.array(feedbackItemSchema).min(1).max(feedbackBatch) }))
    .mutation(async ({ ctx, input }) => recordFeedback((await ctx.database()).db, ctx.user, input.items)),

  /** A browser's counts of whole days, where its doctor has agreed to share them. */
  sendStatistics: doctorProcedure
    .input(z.strictObject({ reports: z.array(statisticsReportSchema).min(1).max(reportBatch) }))
    .mutation(async ({ ctx, input }) =>
      recordStatistics((await ctx.database()).db, input.reports, readDriftSettings()),
    ),
});
