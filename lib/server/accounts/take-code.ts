import { and, eq, isNull, lt, or } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type User, users } from "@/drizzle/schema";
import { acceptedStep } from "./second-factor";

/** Whether a code is right and was not used before. Of two requests with the same one, one is too late. */
export async function takeCode(
  db: DatabaseOrTransaction,
  user: Pick<User, "id" | "totpSecret" | "totpUsedStep">,
  code: string,
): Promise<boolean> {
  const step = user.totpSecret === null ? null : acceptedStep(user.totpSecret, code, user.totpUsedStep);
  if (step === null) return false;
  const taken = await db
    .update(users)
    .set({ totpUsedStep: step })
    .where(and(eq(users.id, user.id), or(isNull(users.totpUsedStep), lt(users.totpUsedStep, step))))
    .returning({ id: users.id });
  return taken.length > 0;
}
