import { z } from "zod";
import { runSearchSchema, tagSchema } from "@/lib/run-search/run-search";
import { readServerEnv } from "@/lib/server/env";
import { handOver } from "@/lib/server/jobs/hand-over";
import { annotateRun } from "@/lib/server/training-runs/annotate";
import { listRunArtifacts } from "@/lib/server/training-runs/artifacts";
import { cancelRun } from "@/lib/server/training-runs/cancel";
import { deleteRun } from "@/lib/server/training-runs/delete";
import { runDetails } from "@/lib/server/training-runs/details";
import { listLogLines } from "@/lib/server/training-runs/log";
import { requestRun } from "@/lib/server/training-runs/request";
import { deleteView, listViews, renameView, saveView } from "@/lib/server/training-runs/saved-views";
import { changeSchedule, describeSchedule } from "@/lib/server/training-runs/schedule";
import { runFacets, searchRuns } from "@/lib/server/training-runs/search";
import { startOptions } from "@/lib/server/training-runs/start-options";
import { worstErrors } from "@/lib/server/training-runs/worst-errors";
import { trainingConfigSchema } from "@/lib/training/config";
import { adminProcedure, router, signedInProcedure } from "../trpc";

const runId = z.string().min(1).max(80);
// A configuration that a search has found names itself otherwise than the presets.
const presetName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[\w ,.-]+$/);
const viewName = z.string().trim().min(1).max(60);
/** A new value, and what the caller saw before. */
const seenChange = <Value extends z.ZodType>(value: Value) => z.strictObject({ value, seen: value });
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

  /** One run: its record, epochs, decision, stages, lineage and what rests on it. */
  get: signedInProcedure
    .input(z.strictObject({ id: runId }))
    .query(async ({ ctx, input }) => runDetails((await ctx.database()).db, input.id)),

  /** The newest lines of a run's log in their order, or those before a line. */
  log: signedInProcedure
    .input(
      z.strictObject({
        id: runId,
        /** The id of the earliest line that is known; named so for clients that page on. */
        cursor: z.int().positive().optional(),
        direction: z.literal("forward").optional(),
        limit: z.int().min(1).max(500).default(200),
      }),
    )
    .query(async ({ ctx, input: { id, cursor, limit } }) =>
      listLogLines((await ctx.database()).db, id, { before: cursor, limit }),
    ),

  /** The held-out cases on which the run's model is most wrong, by image digest. */
  worstErrors: signedInProcedure
    .input(z.strictObject({ id: runId, limit: z.int().min(1).max(100).default(20) }))
    .query(async ({ ctx, input }) =>
      worstErrors({ db: (await ctx.database()).db, store: ctx.store }, input.id, input.limit),
    ),

  /** The run's files and who may download them. */
  artifacts: signedInProcedure
    .input(z.strictObject({ id: runId }))
    .query(async ({ ctx, input }) =>
      listRunArtifacts({ db: (await ctx.database()).db, store: ctx.store }, input.id),
    ),

  /** Presets, and the dataset versions that a run can be started on. */
  startOptions: adminProcedure.query(async ({ ctx }) => startOptions((await ctx.database()).db)),

  /** Starts a run. The same request, or the same values on the same data while one waits or works, starts nothing. */
  start: adminProcedure
    .input(
      z.strictObject({
        requestId: z.uuid(),
        config: trainingConfigSchema.extend({ preset: presetName }),
        source: z.union([
          z.literal("inbox"),
          z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
        ]),
        retryOf: runId.optional(),
      }),
    )
    .mutation(async ({ ctx, input }) =>
      requestRun(
        { db: (await ctx.database()).db, env: readServerEnv(), handOver },
        { ...input, actor: ctx.user.email },
      ),
    ),

  /** Ends a run that waits or works. */
  cancel: adminProcedure
    .input(z.strictObject({ id: runId, reason: z.string().trim().min(3).max(500) }))
    .mutation(async ({ ctx, input }) => {
      const log = (line: string) => void process.stderr.write(`web: ${line}\n`);
      const { db } = await ctx.database();
      await cancelRun({ db, trainer: ctx.trainer, log }, { ...input, actor: ctx.user.email });
    }),

  /** Changes a run's notes or tags, where they are still as the caller saw them. */
  annotate: adminProcedure
    .input(
      z.strictObject({
        id: runId,
        notes: seenChange(z.string().max(5_000)).optional(),
        tags: seenChange(z.array(tagSchema).max(20)).optional(),
      }),
    )
    .mutation(async ({ ctx, input }) =>
      annotateRun((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  /** Removes a run on which nothing rests. */
  delete: adminProcedure
    .input(z.strictObject({ id: runId }))
    .mutation(async ({ ctx, input }) =>
      deleteRun((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  /** When the loop looks for new data by itself, with its next three times. */
  schedule: signedInProcedure.query(async ({ ctx }) =>
    describeSchedule((await ctx.database()).db, readServerEnv()),
  ),

  /** Changes the schedule, pauses or resumes it. */
  changeSchedule: adminProcedure
    .input(
      z.strictObject({
        cron: z.string().trim().max(100).optional(),
        preset: presetName.optional(),
        paused: z.boolean().optional(),
      }),
    )
    .mutation(async ({ ctx, input: { cron, preset, paused } }) =>
      changeSchedule((await ctx.database()).db, readServerEnv(), {
        ...(cron === undefined ? {} : { cron }),
        ...(preset === undefined ? {} : { preset }),
        ...(paused === undefined ? {} : { paused }),
        actor: ctx.user.email,
      }),
    ),

  /** The caller's own views of the list. */
  views: signedInProcedure.query(async ({ ctx }) => listViews((await ctx.database()).db, ownerOf(ctx))),

  /** Keeps a view of the list for the caller. */
  saveView: signedInProcedure
    .input(z.strictObject({ name: viewName, query: z.string().max(2000) }))
    .mutation(async ({ ctx, input }) => saveView((await ctx.database()).db, ownerOf(ctx), input)),

  /** Gives one of the caller's views another name. */
  renameView: signedInProcedure
    .input(z.strictObject({ id: z.guid(), name: viewName }))
    .mutation(async ({ ctx, input }) => renameView((await ctx.database()).db, ownerOf(ctx), input)),

  /** Forgets one of the caller's views. */
  deleteView: signedInProcedure
    .input(z.strictObject({ id: z.guid() }))
    .mutation(async ({ ctx, input }) => deleteView((await ctx.database()).db, ownerOf(ctx), input.id)),
});
