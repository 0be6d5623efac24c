import { inArray } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { modelVersions } from "@/drizzle/schema";

/** Which of these are versions on record: browsers name what they like. */
export async function knownSerials(tx: DatabaseOrTransaction, named: Iterable<number>): Promise<Set<number>> {
  const serials = [...new Set(named)];
  if (serials.length === 0) return new Set();
  const rows = await tx
    .select({ serial: modelVersions.serial })
    .from(modelVersions)
    .where(inArray(modelVersions.serial, serials));
  return new Set(rows.map(({ serial }) => serial));
}
