import { z } from "zod";
import { eventFilterShape } from "@/lib/server/audit/event-filter";
import { listEvents } from "@/lib/server/audit/list-events";
import { chainPlace, verifyChainPart } from "@/lib/server/audit/verify-chain";
import { adminProcedure, router } from "../trpc";

const auditEvent = z.object({
  id: z.int(),
  at: z.date(),
  action: z.string(),
  actor: z.string(),
  actorEmail: z.string().nullable().describe("where the actor is an account's id"),
  entityId: z.string(),
  entityEmail: z.string().nullable().describe("where the entity is an account's id"),
  details: z.record(z.string(), z.unknown()),
  hash: z.string().nullable().describe("null for events from before there was a chain"),
});

/** About 20,000 events an answer, so that none takes long and the pages show how far it is. */
const portionsAtOnce = 4;

export const auditRouter = router({
  /** Events, newest first; `cursor` is the id that the last portion ended with. */
  list: adminProcedure
    .input(
      z.strictObject({
        ...eventFilterShape,
        /** Named so for clients that page on. */
        cursor: z.int().positive().optional(),
        /** Sent by clients that page on; there is one direction. */
        direction: z.literal("forward").optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .output(z.array(auditEvent))
    .query(async ({ ctx, input: { cursor, limit, direction: _, ...filter } }) =>
      listEvents((await ctx.database()).db, filter, { before: cursor, limit }),
    ),

  /** Follows the hash chain over the next events; `from` is where the last answer ended. Done at the end, or at a break. */
  verify: adminProcedure
    .input(z.strictObject({ from: chainPlace.optional() }).prefault({}))
    .output(z.object({ ...chainPlace.shape, brokenAt: z.int().nullable(), isDone: z.boolean() }))
    .query(async ({ ctx, input: { from } }) =>
      verifyChainPart((await ctx.database()).db, from, { portions: portionsAtOnce }),
    ),
});
