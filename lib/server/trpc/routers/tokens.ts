import { z } from "zod";
import { scopes } from "@/lib/server/api-tokens/scopes";
import { createToken, listTokens, revokeToken, tokenRow } from "@/lib/server/api-tokens/tokens";
import { adminProcedure, router, signedInProcedure } from "../trpc";

/** Tokens by which scripts act for a person. */
export const tokensRouter = router({
  /** One's own tokens, open and ended. */
  list: signedInProcedure
    .output(z.array(tokenRow))
    .query(async ({ ctx }) => listTokens((await ctx.database()).db, ctx.user.userId)),

  /** Everybody's tokens. */
  listAll: adminProcedure
    .output(z.array(tokenRow))
    .query(async ({ ctx }) => listTokens((await ctx.database()).db)),

  /** Makes a token; the answer is the only place where it is shown. */
  create: signedInProcedure
    .input(
      z.strictObject({
        name: z.string().trim().min(1).max(80),
        scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
        days: z.int().min(1).max(365),
      }),
    )
    .mutation(async ({ ctx, input }) => createToken((await ctx.database()).db, ctx.user.userId, input)),

  /** Ends a token of one's own, or as an administrator anyone's. */
  revoke: signedInProcedure
    .input(z.strictObject({ id: z.guid() }))
    .output(z.object({ revoked: z.boolean() }))
    .mutation(async ({ ctx, input }) => ({
      revoked: await revokeToken((await ctx.database()).db, ctx.user, input.id),
    })),
});
