import { z } from "zod";
import { feedbackBatch, feedbackItemSchema } from "@/lib/in-use/feedback";
import { driftSettingsSchema } from "@/lib/in-use/judge-drift";
import { reportBatch, statisticsReportSchema } from "@/lib/in-use/statistics";
import { inUseOverview } from "@/lib/server/in-use/overview";
import { recordFeedback } from "@/lib/server/in-use/record-feedback";
import { recordStatistics } from "@/lib/server/in-use/record-statistics";
import { requireSender } from "@/lib/server/in-use/require-sender";
import { changeSetting } from "@/lib/server/settings/change";
import { readSetting } from "@/lib/server/settings/read";
import { adminProcedure, doctorProcedure, router, signedInProcedure } from "../trpc";

export const inUseRouter = router({
  /** What doctors and their browsers tell of the versions in use. */
  overview: signedInProcedure
    .input(
      z
        .strictObject({ days: z.union([z.literal(7), z.literal(28), z.literal(90)]).default(28) })
        .prefault({}),
    )
    .query(async ({ ctx, input }) => {
      const { db } = await ctx.database();
      const { value: settings } = await readSetting(db, "drift");
      return inUseOverview(db, { ...input, settings });
    }),

  /** From when on a version's probabilities count as drifted. */
  setDriftLimits: adminProcedure
    .input(z.strictObject({ value: driftSettingsSchema, seen: driftSettingsSchema }))
    .mutation(async ({ ctx, input }) =>
      changeSetting((await ctx.database()).db, { name: "drift", ...input, actor: ctx.user.email }),
    ),

  /** Feedback on readings; sending it again changes nothing. */
  sendFeedback: doctorProcedure
    .input(z.strictObject({ userId: z.guid(), items: z.array(feedbackItemSchema).min(1).max(feedbackBatch) }))
    .mutation(async ({ ctx, input }) => {
      requireSender(ctx.user, input.userId);
      return recordFeedback((await ctx.database()).db, ctx.user, input.items);
    }),

  /** A browser's counts of whole days, where its doctor has agreed to share them. */
  sendStatistics: doctorProcedure
    .input(
      z.strictObject({ userId: z.guid(), reports: z.array(statisticsReportSchema).min(1).max(reportBatch) }),
    )
    .mutation(async ({ ctx, input }) => {
      requireSender(ctx.user, input.userId);
      const { db } = await ctx.database();
      const { value: settings } = await readSetting(db, "drift");
      return recordStatistics(db, input.reports, settings);
    }),
});
