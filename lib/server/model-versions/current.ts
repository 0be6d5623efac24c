import { desc, eq, max } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { champion, type ModelVersion, modelVersions } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";

/** The champion, or null before the baseline is registered. */
export async function findChampion(db: DatabaseOrTransaction): Promise<ModelVersion | null> {
  const [row] = await db
    .select({ version: modelVersions })
    .from(champion)
    .innerJoin(modelVersions, eq(modelVersions.serial, champion.serial));
  return row?.version ?? null;
}

/** The champion. @throws FILE_NOT_FOUND where no version was ever registered */
export async function requireChampion(db: DatabaseOrTransaction): Promise<ModelVersion> {
  const current = await findChampion(db);
  if (current) return current;
  throw new PneumoscopeError(
    "FILE_NOT_FOUND",
    "No model version is registered; the shipped baseline is missing.",
  );
}

/** A version by serial. @throws MODEL_VERSION_NOT_FOUND */
export async function findModelVersion(db: DatabaseOrTransaction, serial: number): Promise<ModelVersion> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.serial, serial));
  if (row) return row;
  throw new PneumoscopeError("MODEL_VERSION_NOT_FOUND", `There is no model version with serial ${serial}.`);
}

/** A version by name. @throws MODEL_VERSION_NOT_FOUND */
export async function findVersionByName(db: DatabaseOrTransaction, version: string): Promise<ModelVersion> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.version, version));
  if (row) return row;
  throw new PneumoscopeError(
    "MODEL_VERSION_NOT_FOUND",
    `There is no model version ${version}. “npm run models -- list” names them.`,
  );
}

/** The champion, held against other publications until the transaction ends. */
export async function lockChampion(tx: DatabaseOrTransaction): Promise<ModelVersion | null> {
  await tx.select().from(champion).for("update");
  return findChampion(tx);
}

/** The serial of the next publication. */
export async function nextSerial(tx: DatabaseOrTransaction): Promise<number> {
  const [row] = await tx.select({ last: max(modelVersions.serial) }).from(modelVersions);
  return (row?.last ?? 0) + 1;
}

/** All versions, newest first. */
export async function listModelVersions(db: DatabaseOrTransaction, limit = 100): Promise<ModelVersion[]> {
  return db.select().from(modelVersions).orderBy(desc(modelVersions.serial)).limit(limit);
}
