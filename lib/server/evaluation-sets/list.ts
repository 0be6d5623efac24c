import { and, asc, eq, isNull } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { type EvaluationSet, evaluationSets } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";

/** The sets in use, by name. */
export async function listEvaluationSets(db: DatabaseOrTransaction): Promise<EvaluationSet[]> {
  return db
    .select()
    .from(evaluationSets)
    .where(isNull(evaluationSets.removedAt))
    .orderBy(asc(evaluationSets.name));
}

export async function findEvaluationSet(
  db: DatabaseOrTransaction,
  name: string,
): Promise<EvaluationSet | null> {
  const [row] = await db
    .select()
    .from(evaluationSets)
    .where(and(eq(evaluationSets.name, name), isNull(evaluationSets.removedAt)));
  return row ?? null;
}

/** @throws EVALUATION_SET_NOT_FOUND naming those that there are */
export async function requireEvaluationSet(db: DatabaseOrTransaction, name: string): Promise<EvaluationSet> {
  const found = await findEvaluationSet(db, name);
  if (found) return found;
  const names = (await listEvaluationSets(db)).map((set) => `“${set.name}”`);
  throw new PneumoscopeError(
    "EVALUATION_SET_NOT_FOUND",
    `There is no evaluation set “${name}”. ${names.length > 0 ? `There are: ${names.join(", ")}.` : "None is registered."}`,
  );
}
