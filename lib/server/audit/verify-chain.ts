import { asc, gt } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { auditEvents } from "@/drizzle/schema";
import { type ChainState, emptyChain, followChain } from "@/lib/audit/chain";

const portion = 5_000;

export interface ChainReport extends ChainState {
  /** The first event that does not follow from the one before it, or null where the chain holds. */
  brokenAt: number | null;
}

/** Reads the whole trail, in portions, and follows its chain. */
export async function verifyAuditChain(
  db: Database,
  onProgress: (checked: number) => void = () => undefined,
): Promise<ChainReport> {
  let state = emptyChain;
  let after = 0;
  for (;;) {
    const events = await db
      .select()
      .from(auditEvents)
      .where(gt(auditEvents.id, after))
      .orderBy(asc(auditEvents.id))
      .limit(portion);
    const followed = followChain(state, events);
    state = followed.state;
    if (followed.brokenAt !== null || events.length < portion)
      return { ...state, brokenAt: followed.brokenAt };
    after = events.at(-1)?.id ?? after;
    onProgress(state.checked + state.unchained);
  }
}
