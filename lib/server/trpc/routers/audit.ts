import { z } from "zod";
import { auditActions } from "@/drizzle/schema";
import { listEvents } from "@/lib/server/audit/list-events";
import { adminProcedure, router } from "../trpc";

const instant = z.iso.datetime().transform((text) => new Date(text));

const auditEvent = z.object({
  id: z.int(),
  at: z.date(),
  action: z.string(),
  actor: z.string(),
  entityId: z.string(),
  details: z.record(z.string(), z.unknown()),
  hash: z.string().nullable().describe("null for events from before there was a chain"),
});

export const auditRouter = router({
  /** Events, newest first; `cursor` is the id that the last portion ended with. */
  list: adminProcedure
    .input(
      z.strictObject({
        action: z.enum(auditActions).optional(),
        text: z.string().trim().max(100).optional(),
        since: instant.optional(),
        until: instant.optional(),
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
});
