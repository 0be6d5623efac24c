import { z } from "zod";
import { runSearchSchema } from "@/lib/run-search/run-search";
import { getRun } from "@/lib/server/training-runs/runs";
import { deleteView, listViews, renameView, saveView } from "@/lib/server/training-runs/saved-views";
import { runFacets, searchRuns } from "@/lib/server/training-runs/search";
import { router, signedInProcedure } from "../trpc";

const runId = z.string().min(1).max(80);
const viewName = z.string().trim().min(1).max(60);
const ownerOf = ({ user }: { user: { userId: string } }) => ({ userId: user.userId, page: "runs" as const });

export const runsRouter = router({
  /** A page of the runs that fit, and how many fit in all. */
  search: signedInProcedure
    .input(
      z.strictObject({
        search: runSearchSchema.prefault({}),
        offset: z.int().min(0).max(1_000_000).default(0),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(async ({ ctx, input: { search, ...page } }) =>
      searchRuns((await ctx.database()).db, search, page),
    ),

  /** What the list's filters offer. */
  facets: signedInProcedure.query(async ({ ctx }) => runFacets((await ctx.database()).db)),

  /** One run with its epochs and the decision about its model. */
  get: signedInProcedure
    .input(z.strictObject({ id: runId }))
    .query(async ({ ctx, input }) => getRun((await ctx.database()).db, input.id)),

  views: router({
    /** The caller's own. */
    list: signedInProcedure.query(async ({ ctx }) => listViews((await ctx.database()).db, ownerOf(ctx))),

    save: signedInProcedure
      .input(z.strictObject({ name: viewName, query: z.string().max(2000) }))
      .mutation(async ({ ctx, input }) => saveView((await ctx.database()).db, ownerOf(ctx), input)),

    rename: signedInProcedure
      .input(z.strictObject({ id: z.uuid(), name: viewName }))
      .mutation(async ({ ctx, input }) => renameView((await ctx.database()).db, ownerOf(ctx), input)),

    delete: signedInProcedure
      .input(z.strictObject({ id: z.uuid() }))
      .mutation(async ({ ctx, input }) => deleteView((await ctx.database()).db, ownerOf(ctx), input.id)),
  }),
});
