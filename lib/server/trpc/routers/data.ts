import { z } from "zod";
import { type Digest, isDigest } from "@/lib/artifacts/store";
import { changeKinds } from "@/lib/dataset/list-changes";
import { uploadedFileSchema, uploadKinds } from "@/lib/dataset/upload-plan";
import { cancelUpload } from "@/lib/server/dataset-imports/end-uploads";
import { sharedJobRunner } from "@/lib/server/dataset-imports/job-runner";
import { cancelJob, listJobs } from "@/lib/server/dataset-imports/jobs";
import { listOpenUploads, uploadProgress } from "@/lib/server/dataset-imports/list-uploads";
import {
  configuredPointer,
  configuredRemotes,
  pointerNameRule,
} from "@/lib/server/dataset-imports/remote-pointer";
import { importPointer, importUpload, startCheck } from "@/lib/server/dataset-imports/start-job";
import { startUpload } from "@/lib/server/dataset-imports/start-upload";
import { listChangesOfKind, summariseChanges } from "@/lib/server/dataset-versions/changes";
import { deleteDatasetVersion } from "@/lib/server/dataset-versions/delete";
import { versionDetails } from "@/lib/server/dataset-versions/details";
import { listImages } from "@/lib/server/dataset-versions/images";
import { checkFilters, listVersionPage } from "@/lib/server/dataset-versions/list";
import { makeCurrent } from "@/lib/server/dataset-versions/make-current";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { readServerEnv } from "@/lib/server/env";
import { splitSchema } from "@/lib/training/job";
import { adminProcedure, doctorProcedure, router, signedInProcedure } from "../trpc";

const digest = z
  .string()
  .max(71)
  .refine((text): text is Digest => isDigest(text));
/** "current", or the first hex digits of a digest. */
const version = z.string().regex(/^(current|(sha256:)?[0-9a-f]{6,64})$/);
const reason = z.string().trim().min(3).max(2_000);
const name = z.string().trim().min(1).max(120);
const page = {
  offset: z.int().min(0).max(1_000_000).default(0),
  limit: z.int().min(1).max(200).default(50),
};
const folderName = z.string().trim().min(1).max(100);

/** Dataset versions: their reports, images and differences, and how new ones come. */
export const dataRouter = router({
  /** Versions, newest first. */
  list: signedInProcedure
    .input(
      z
        .strictObject({
          text: z.string().trim().max(100).optional(),
          check: z.enum(checkFilters).optional(),
          ...page,
        })
        .prefault({}),
    )
    .query(async ({ ctx, input: { offset, limit, ...filter } }) =>
      listVersionPage((await ctx.database()).db, filter, { offset, limit }),
    ),

  /** One version with its report and what refers to it. */
  get: signedInProcedure
    .input(z.strictObject({ version }))
    .query(async ({ ctx, input }) =>
      versionDetails({ db: (await ctx.database()).db, store: ctx.store }, input.version),
    ),

  /** What differs between two versions, in numbers. */
  changes: signedInProcedure
    .input(z.strictObject({ before: version, after: version }))
    .query(async ({ ctx, input }) =>
      summariseChanges({ db: (await ctx.database()).db, store: ctx.store }, input),
    ),

  /** The images that differ in one way. */
  changeList: signedInProcedure
    .input(z.strictObject({ before: version, after: version, kind: z.enum(changeKinds), ...page }))
    .query(async ({ ctx, input }) =>
      listChangesOfKind({ db: (await ctx.database()).db, store: ctx.store }, input),
    ),

  /** Which images a version has, for whoever may see them. */
  images: doctorProcedure
    .input(
      z.strictObject({
        version,
        label: z.union([z.literal(0), z.literal(1)]).optional(),
        split: splitSchema.optional(),
        ...page,
      }),
    )
    .query(async ({ ctx, input: { version: named, offset, limit, ...filter } }) => {
      const { digest: of } = await requireDatasetVersion((await ctx.database()).db, named);
      return listImages(ctx.store, of, filter, { offset, limit });
    }),

  /** Makes a version that passed its check the one that the inbox adds to. */
  makeCurrent: adminProcedure
    .input(z.strictObject({ digest, reason, expectedCurrent: digest.nullable() }))
    .mutation(async ({ ctx, input }) =>
      makeCurrent((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  /** Takes a version out of the record that nothing refers to. */
  delete: adminProcedure
    .input(z.strictObject({ digest, reason }))
    .mutation(async ({ ctx, input }) =>
      deleteDatasetVersion((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  /** Has a version checked. */
  check: adminProcedure.input(z.strictObject({ version })).mutation(async ({ ctx, input }) => {
    const jobId = await startCheck((await ctx.database()).db, { ...input, actor: ctx.user.email });
    void sharedJobRunner().wake();
    return { jobId };
  }),

  /** Imports and checks, newest first. */
  jobs: adminProcedure
    .input(z.strictObject(page).prefault({}))
    .query(async ({ ctx, input }) => listJobs((await ctx.database()).db, input)),

  cancelJob: adminProcedure
    .input(z.strictObject({ id: z.guid() }))
    .mutation(async ({ ctx, input }) => cancelJob((await ctx.database()).db, input.id, ctx.user.email)),

  /** Uploads that are not complete. */
  uploads: adminProcedure.query(async ({ ctx }) => listOpenUploads((await ctx.database()).db)),

  /** Announces files, or finds what has come of them; their pieces go to /api/data/uploads. */
  startUpload: adminProcedure
    .input(
      z.strictObject({
        name,
        kind: z.enum(uploadKinds),
        files: z.array(uploadedFileSchema).min(1).max(50_000),
        fingerprint: z.string().min(8).max(100),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { db } = await ctx.database();
      const { maxUploadBytes } = readServerEnv();
      const { id } = await startUpload(db, { ...input, actor: ctx.user.email }, { maxUploadBytes });
      return { id, ...(await uploadProgress(db, id)) };
    }),

  cancelUpload: adminProcedure
    .input(z.strictObject({ id: z.guid() }))
    .mutation(async ({ ctx, input }) => cancelUpload((await ctx.database()).db, input.id, ctx.user.email)),

  /** Has a complete upload imported. */
  importUpload: adminProcedure
    .input(
      z.strictObject({
        uploadId: z.uuid(),
        name,
        excludedFolders: z.array(folderName).max(20).default([]),
        addTo: version.optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const jobId = await importUpload((await ctx.database()).db, { ...input, actor: ctx.user.email });
      void sharedJobRunner().wake();
      return { jobId };
    }),

  /** Where data can be fetched from, as the server is configured. */
  remotes: adminProcedure.query(() => configuredRemotes(readServerEnv())),

  /** Fetches what a `.dvc` file of the configured remote points at. */
  importRemote: adminProcedure
    .input(
      z.strictObject({
        from: z.union([
          z.literal("RETRAIN_DATA"),
          z.strictObject({ remoteName: z.string().regex(pointerNameRule) }),
        ]),
        name: name.optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const pointer = configuredPointer(readServerEnv(), input.from);
      const jobId = await importPointer((await ctx.database()).db, {
        pointer,
        name: input.name,
        actor: ctx.user.email,
      });
      void sharedJobRunner().wake();
      return { jobId };
    }),
});
