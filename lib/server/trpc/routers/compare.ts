import { z } from "zod";
import { isDigest } from "@/lib/artifacts/store";
import { candidates } from "@/lib/server/compare/candidates";
import { compareModels } from "@/lib/server/compare/compare-models";
import { runCharts } from "@/lib/server/compare/run-charts";
import { router, signedInProcedure } from "../trpc";

const name = z.string().min(1).max(80);

export const compareRouter = router({
  /** The curves of a run: its epochs, and its model on the held-out images. */
  run: signedInProcedure
    .input(z.strictObject({ id: name }))
    .query(async ({ ctx, input }) =>
      runCharts({ db: (await ctx.database()).db, store: ctx.store }, input.id),
    ),

  /** Runs and versions side by side, on held-out images that they were scored on. */
  models: signedInProcedure
    .input(
      z.strictObject({
        ids: z.array(name).min(1).max(20),
        baseline: name.optional(),
        set: z.string().refine(isDigest).optional(),
      }),
    )
    .query(async ({ ctx, input }) =>
      compareModels({ db: (await ctx.database()).db, store: ctx.store }, input),
    ),

  /** Runs and versions to choose from. */
  candidates: signedInProcedure
    .input(z.strictObject({ text: z.string().trim().max(80).default("") }).prefault({}))
    .query(async ({ ctx, input }) => candidates((await ctx.database()).db, input.text)),
});
