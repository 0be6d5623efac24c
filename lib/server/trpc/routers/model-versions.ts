import { z } from "zod";
import { listModelVersions } from "@/lib/server/model-versions/current";
import { listRevocations } from "@/lib/server/model-versions/revoked-weights";
import { publicProcedure, router } from "../trpc";

export const modelVersionsRouter = router({
  /** Every published version, newest first; `state` tells the champion, `revocation` what may not be used any more. */
  list: publicProcedure
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
});
