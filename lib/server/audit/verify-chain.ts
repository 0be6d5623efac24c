import { asc, gt } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/drizzle/client";
import { auditEvents } from "@/drizzle/schema";
import { type ChainState, emptyChain, followChain } from "@/lib/audit/chain";

const portion = 5_000;

/** How far a chain was followed. */
export const chainPlace = z.strictObject({
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("of the last event that was checked"),
  checked: z.int().min(0),
  unchained: z.int().min(0).describe("events from before there was a chain"),
  after: z.int().min(0).describe("the last event's id"),
});
export type ChainPlace = z.infer<typeof chainPlace>;

const start: ChainPlace = { ...emptyChain, after: 0 };

export interface ChainReport extends ChainState {
  /** The first event that does not follow from the one before it, or null where the chain holds. */
  brokenAt: number | null;
}

export interface ChainPart extends ChainReport, ChainPlace {
  /** Whether the end, or a break, was reached. */
  isDone: boolean;
}

/** Follows the chain over the next events, so many portions at most. */
export async function verifyChainPart(
  db: Database,
  from: ChainPlace = start,
  { portions }: { portions: number } = { portions: 1 },
): Promise<ChainPart> {
  let place = from;
  for (let read = 0; read < portions; read++) {
    const events = await db
      .select()
      .from(auditEvents)
      .where(gt(auditEvents.id, place.after))
      .orderBy(asc(auditEvents.id))
      .limit(portion);
    const { state, brokenAt } = followChain(place, events);
    place = { ...state, after: events.at(-1)?.id ?? place.after };
    if (brokenAt !== null || events.length < portion) return { ...place, brokenAt, isDone: true };
  }
  return { ...place, brokenAt: null, isDone: false };
}

/** Reads the whole trail, in portions, and follows its chain. */
export async function verifyAuditChain(
  db: Database,
  onProgress: (checked: number) => void = () => undefined,
): Promise<ChainReport> {
  let place: ChainPlace | undefined;
  for (;;) {
    const { isDone, brokenAt, ...next } = await verifyChainPart(db, place);
    if (isDone) return { hash: next.hash, checked: next.checked, unchained: next.unchained, brokenAt };
    place = next;
    onProgress(next.checked + next.unchained);
  }
}
