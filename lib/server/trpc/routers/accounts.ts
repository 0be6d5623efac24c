import { z } from "zod";
import { roles } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { emailAddress } from "@/lib/server/accounts/email";
import { inviteUser, requestPasswordReset } from "@/lib/server/accounts/invite";
import { readLink, takeLink } from "@/lib/server/accounts/one-time-links";
import { newPassword } from "@/lib/server/accounts/password";
import { readResetMail, requestResetByMail } from "@/lib/server/accounts/reset-by-mail";
import { newTotpSecret, totpAddress } from "@/lib/server/accounts/second-factor";
import {
  addSecondFactor,
  clearSecondFactor,
  hasSecondFactor,
  removeOwnSecondFactor,
} from "@/lib/server/accounts/second-factor-settings";
import { endOtherSessions, endSession, listSessions } from "@/lib/server/accounts/sessions";
import { changeRole, listUsers, setActive, userRow } from "@/lib/server/accounts/users";
import { scopes } from "@/lib/server/api-tokens/scopes";
import { adminProcedure, publicProcedure, router, signedInProcedure } from "../trpc";

const secret = z.string().min(20).max(100);
const userId = z.guid();
const role = z.enum(roles);
const callerAnswer = z.object({
  kind: z.literal("user"),
  userId,
  sessionId: z.guid().describe("of a token's holder the token's id"),
  email: z.string(),
  name: z.string(),
  role,
  mustAddSecondFactor: z.boolean().optional(),
  token: z.object({ id: z.guid(), scopes: z.array(z.enum(scopes)).readonly() }).optional(),
});

/** Accounts, and what people do with their own. */
export const accountsRouter = router({
  /** Who asks; null for who is not signed in. */
  me: publicProcedure.output(callerAnswer.nullable()).query(async ({ ctx }) => {
    const caller = await ctx.caller();
    return caller.kind === "user" ? caller : null;
  }),

  /** What a one-time link is for. It changes nothing; the secret must not stand in an address, which logs keep. */
  readLink: publicProcedure
    .input(z.strictObject({ secret }))
    .mutation(async ({ ctx, input }) => readLink((await ctx.database()).db, input.secret)),

  /** Makes the account a link is for, or sets its password. */
  useLink: publicProcedure
    .input(
      z.strictObject({
        secret,
        password: newPassword,
        /** For a new account. */
        name: z.string().trim().min(1).max(120).optional(),
        /** For the first administrator. */
        email: emailAddress.optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { email } = await takeLink((await ctx.database()).db, input);
      return { email };
    }),

  /** Sends a link for a new password by mail; the answer is the same whether or not there is such an account. */
  requestPasswordReset: publicProcedure
    .input(z.strictObject({ email: emailAddress }))
    .output(z.void())
    .mutation(async ({ ctx, input }) => {
      const mail = readResetMail();
      if (!mail)
        throw new PneumoscopeError("NOT_ALLOWED", "This server sends no mail. Ask an administrator.");
      const { db } = await ctx.database();
      requestResetByMail(db, mail, { ...input, address: ctx.visitor?.address ?? "unknown" });
    }),

  /** Where one's own account is signed in. */
  sessions: signedInProcedure.query(async ({ ctx }) => {
    const sessions = await listSessions((await ctx.database()).db, ctx.user.userId);
    return sessions.map((session) => ({ ...session, isThis: session.id === ctx.user.sessionId }));
  }),

  endSession: signedInProcedure
    .input(z.strictObject({ sessionId: z.guid() }))
    .mutation(async ({ ctx, input }) =>
      endSession((await ctx.database()).db, ctx.user.userId, input.sessionId),
    ),

  /** Signs out everywhere but here. */
  endOtherSessions: signedInProcedure.mutation(async ({ ctx }) =>
    endOtherSessions((await ctx.database()).db, ctx.user),
  ),

  /** Whether one's own sign-in asks for a code. */
  secondFactor: signedInProcedure.query(async ({ ctx }) => ({
    isOn: await hasSecondFactor((await ctx.database()).db, ctx.user.userId),
  })),

  /** A secret to put into an authenticator; nothing is changed before `addSecondFactor`. */
  newSecondFactor: signedInProcedure.mutation(({ ctx }) => {
    const made = newTotpSecret();
    return { secret: made, address: totpAddress(made, ctx.user.email) };
  }),

  addSecondFactor: signedInProcedure
    .input(z.strictObject({ secret: z.string().regex(/^[A-Z2-7]{32}$/), code: z.string().regex(/^\d{6}$/) }))
    .mutation(async ({ ctx, input }) =>
      addSecondFactor((await ctx.database()).db, ctx.user.userId, input.secret, input.code),
    ),

  /** Signs in without a code from now on; it takes one more. */
  removeSecondFactor: signedInProcedure
    .input(z.strictObject({ code: z.string().regex(/^\d{6}$/) }))
    .mutation(async ({ ctx, input }) =>
      removeOwnSecondFactor((await ctx.database()).db, ctx.user, {
        ...input,
        address: ctx.visitor?.address ?? "unknown",
      }),
    ),

  /** Every account. */
  list: adminProcedure
    .output(z.array(userRow))
    .query(async ({ ctx }) => listUsers((await ctx.database()).db)),

  /** The secret of a link by which someone makes an account. */
  invite: adminProcedure
    .input(z.strictObject({ email: emailAddress, role }))
    .output(z.object({ secret: z.string() }))
    .mutation(async ({ ctx, input }) => ({
      secret: await inviteUser((await ctx.database()).db, ctx.user.userId, input),
    })),

  /** The secret of a link by which someone sets another password. */
  resetPassword: adminProcedure.input(z.strictObject({ userId })).mutation(async ({ ctx, input }) => ({
    secret: await requestPasswordReset((await ctx.database()).db, ctx.user.userId, input.userId),
  })),

  changeRole: adminProcedure
    .input(z.strictObject({ userId, role }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      changeRole((await ctx.database()).db, ctx.user.userId, input.userId, input.role),
    ),

  /** Ends an account's access at once, or gives it back. */
  setActive: adminProcedure
    .input(z.strictObject({ userId, active: z.boolean() }))
    .output(z.void())
    .mutation(async ({ ctx, input }) =>
      setActive((await ctx.database()).db, ctx.user.userId, input.userId, input.active),
    ),

  /** For someone who has lost the device. */
  clearSecondFactor: adminProcedure
    .input(z.strictObject({ userId }))
    .mutation(async ({ ctx, input }) =>
      clearSecondFactor((await ctx.database()).db, ctx.user.userId, input.userId),
    ),
});
