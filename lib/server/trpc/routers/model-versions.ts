import { z } from "zod";
import { isDigest } from "@/lib/artifacts/store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { aliasName, removeAlias, setAlias } from "@/lib/server/model-versions/aliases";
import { commentOnModel } from "@/lib/server/model-versions/comment";
import { listModelVersions } from "@/lib/server/model-versions/current";
import { modelDetails, modelsOverview } from "@/lib/server/model-versions/overview";
import type { PublishDependencies } from "@/lib/server/model-versions/publish";
import { approvePromotion, rejectPromotion } from "@/lib/server/model-versions/review";
import { revokeModelVersion } from "@/lib/server/model-versions/revoke";
import { listRevocations } from "@/lib/server/model-versions/revoked-weights";
import { rollBackModelVersion } from "@/lib/server/model-versions/roll-back";
import { adminProcedure, router, signedInProcedure, type TrpcContext } from "../trpc";

const name = z.string().min(1).max(80);
const reason = z.string().trim().min(3).max(2_000);
const verdict = z.strictObject({ runId: name, manifestDigest: z.string().refine(isDigest), reason });

async function publishing({ database, store }: TrpcContext): Promise<PublishDependencies> {
  return { db: (await database()).db, store, signingKey: await manifestSigningKey() };
}

export const modelVersionsRouter = router({
  /** Every published version, newest first; `state` tells the champion, `revocation` what may not be used any more. */
  list: signedInProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(200).default(50) }).prefault({}))
    .query(async ({ ctx, input }) => {
      const { db } = await ctx.database();
      const versions = await listModelVersions(db, input.limit);
      const revocations = new Map((await listRevocations(db)).map((entry) => [entry.serial, entry]));
      return versions.map(({ signedManifest, ...version }) => ({
        ...version,
        manifest: signedManifest.manifest,
        revocation: revocations.get(version.serial) ?? null,
      }));
    }),

  /** Versions with their revocations, what waits for approval, and the signing keys. */
  overview: signedInProcedure.query(async ({ ctx }) => modelsOverview((await ctx.database()).db)),

  /** All that is on record about a version, or about a run's challenger. */
  details: signedInProcedure
    .input(z.strictObject({ name }))
    .query(async ({ ctx, input }) => modelDetails((await ctx.database()).db, input.name)),

  /** Approves the exact manifest that was seen; publishes it once enough people have. */
  approve: adminProcedure
    .input(verdict)
    .output(
      z.object({
        approvedBy: z.array(z.string()),
        approvalsNeeded: z.int(),
        published: z.string().nullable(),
      }),
    )
    .mutation(async ({ ctx, input: { reason: note, ...rest } }) => {
      const outcome = await approvePromotion(await publishing(ctx), { ...rest, note, actor: ctx.user.email });
      const { approvedBy, approvalsNeeded, published } = outcome;
      return { approvedBy, approvalsNeeded, published: published?.version ?? null };
    }),

  reject: adminProcedure
    .input(verdict)
    .output(z.void())
    .mutation(async ({ ctx, input: { reason: note, ...rest } }) => {
      await rejectPromotion((await ctx.database()).db, { ...rest, note, actor: ctx.user.email });
    }),

  /** Lets a name stand for a version; it leaves the version that held it. */
  setAlias: adminProcedure
    .input(z.strictObject({ alias: aliasName, version: name, movesFrom: name.nullable() }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      setAlias((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  removeAlias: adminProcedure
    .input(z.strictObject({ alias: aliasName, version: name }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      removeAlias((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  comment: adminProcedure
    .input(z.strictObject({ about: name, text: reason }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      commentOnModel((await ctx.database()).db, { ...input, actor: ctx.user.email }),
    ),

  /** Publishes an older version's weights again, under a higher serial. */
  rollBack: adminProcedure
    .input(z.strictObject({ toVersion: name, reason }))
    .output(z.object({ version: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { version } = await rollBackModelVersion(await publishing(ctx), {
        ...input,
        actor: ctx.user.email,
      });
      return { version };
    }),

  /** Withdraws a version for good. */
  revoke: adminProcedure
    .input(z.strictObject({ version: name, reason }))
    .output(z.object({ revoked: z.array(z.string()), successor: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const { revoked, successor } = await revokeModelVersion(await publishing(ctx), {
        ...input,
        actor: ctx.user.email,
      });
      return { revoked, successor: successor?.version ?? null };
    }),
});
