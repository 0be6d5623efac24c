import { z } from "zod";
import { listModelVersions } from "@/lib/server/model-versions/current";
import { publicProcedure, router } from "../trpc";

export const modelVersionsRouter = router({
  /** Every published version, newest first; `state` tells the champion. */
  list: publicProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(200).default(50) }).prefault({}))
    .query(async ({ ctx, input }) => {
      const { db } = await ctx.database();
      const versions = await listModelVersions(db, input.limit);
      return versions.map(({ signedManifest, ...version }) => ({
        ...version,
        manifest: signedManifest.manifest,
      }));
    }),
});
