import { and, eq, gt, isNull } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { oneTimeLinks } from "@/drizzle/schema";

/** Ends the open links that someone made for others: invitations and new passwords. @returns how many */
export async function endLinksMadeBy(tx: DatabaseOrTransaction, userId: string): Promise<number> {
  const now = new Date();
  const ended = await tx
    .update(oneTimeLinks)
    .set({ usedAt: now })
    .where(and(eq(oneTimeLinks.madeBy, userId), isNull(oneTimeLinks.usedAt), gt(oneTimeLinks.expiresAt, now)))
    .returning({ secretHash: oneTimeLinks.secretHash });
  return ended.length;
}
