import { z } from "zod";
import { isDigest } from "@/lib/artifacts/store";
import { describeCause } from "@/lib/errors";
import { sendTestNotification, testResult } from "@/lib/server/notifications/send-test";
import { readNotificationSettings, usableChannels } from "@/lib/server/notifications/settings";
import { changePolicy } from "@/lib/server/promotion-policy";
import { countRequest } from "@/lib/server/request-limit";
import { clean } from "@/lib/server/retention/clean";
import { cleaningPlan, planCleaning } from "@/lib/server/retention/plan-cleaning";
import { prunedData } from "@/lib/server/retention/prune-data";
import { planDataPruning, pruneDataInTurn } from "@/lib/server/retention/prune-data-in-turn";
import { changeSetting } from "@/lib/server/settings/change";
import { retentionSchema } from "@/lib/server/settings/definitions";
import { settingsOverview } from "@/lib/server/settings/overview";
import { readSetting } from "@/lib/server/settings/read";
import { syncReadingAccess } from "@/lib/server/settings/reading-access";
import { adminProcedure, router } from "../trpc";

const access = z.enum(["open", "signed-in"]);

/** What holds for the whole deployment. Values from the server's environment win and cannot be changed here. */
export const settingsRouter = router({
  /** Every setting, where it comes from, and the notification channels without their secrets. */
  overview: adminProcedure.query(async ({ ctx }) =>
    settingsOverview((await ctx.database()).db, ctx.user.userId, ctx.visitor?.address ?? "unknown"),
  ),

  /** Opens the reading page to everyone, or to signed-in doctors only. `seen` is the value that you saw. */
  changeReadingAccess: adminProcedure
    .input(z.strictObject({ value: access, seen: access }))
    .output(z.void())
    .mutation(async ({ ctx, input }) => {
      const { db } = await ctx.database();
      await changeSetting(db, { ...input, name: "readingAccess", actor: ctx.user.userId });
      await syncReadingAccess(db, ctx.store);
    }),

  /** Whether administrators must have a second factor. */
  changeAdminSecondFactor: adminProcedure
    .input(z.strictObject({ value: z.boolean(), seen: z.boolean() }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      changeSetting((await ctx.database()).db, {
        ...input,
        name: "adminSecondFactor",
        actor: ctx.user.userId,
      }),
    ),

  /** How long what is no longer needed is kept. */
  changeRetention: adminProcedure
    .input(z.strictObject({ value: retentionSchema, seen: retentionSchema }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      changeSetting((await ctx.database()).db, { ...input, name: "retention", actor: ctx.user.userId }),
    ),

  /** Who decides about a model that passes: the policy alone, or one or two administrators. */
  changePolicy: adminProcedure
    .input(
      z.strictObject({
        mode: z.enum(["automatic", "review"]),
        approvals: z.literal([1, 2]),
        seenDigest: z.string().max(80).refine(isDigest),
      }),
    )
    .output(z.object({ digest: z.string() }))
    .mutation(async ({ ctx, input }) => ({
      digest: await changePolicy((await ctx.database()).db, { ...input, actor: ctx.user.userId }),
    })),

  /** Sends a test message through one channel, or all of them. */
  testNotification: adminProcedure
    .input(z.strictObject({ channel: z.enum(["slack", "email", "webhook"]).optional() }))
    .output(z.array(testResult))
    .mutation(async ({ ctx, input: { channel } }) => {
      countRequest(`notification test ${ctx.user.userId}`, 5, 60_000);
      const settings = readNotificationSettings();
      const usable = usableChannels(settings).filter((name) => channel === undefined || name === channel);
      const results = await Promise.all(
        usable.map((name) => sendTestNotification(settings, { channel: name })),
      );
      return results.flat();
    }),

  /** What the retention settings would remove now. */
  planCleaning: adminProcedure.output(cleaningPlan).query(async ({ ctx }) => {
    const { db } = await ctx.database();
    return planCleaning(db, ctx.store, (await readSetting(db, "retention")).value);
  }),

  /** What would go of the data that only deleted versions and broken-off imports hold. Takes its time. */
  planDataCleaning: adminProcedure
    .output(z.object({ isAtWork: z.boolean(), data: prunedData.nullable() }))
    .query(async ({ ctx }) => planDataPruning({ db: (await ctx.database()).db, store: ctx.store })),

  /** Removes what `planCleaning` tells, and after the answer what `planDataCleaning` tells. */
  clean: adminProcedure.output(cleaningPlan).mutation(async ({ ctx }) => {
    const source = { db: (await ctx.database()).db, store: ctx.store };
    const cleaned = await clean(source, ctx.user.userId);
    pruneDataInTurn(source, ctx.user.userId).catch((error: unknown) =>
      process.stderr.write(`retention: ${describeCause(error)}\n`),
    );
    return cleaned;
  }),
});
