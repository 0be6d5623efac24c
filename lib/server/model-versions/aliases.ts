import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { modelAliases, modelVersions } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";
import { recordAuditEvent } from "@/lib/server/audit/record-audit-event";

/** What the record itself says, or what looks like a version's or a run's own name. */
const reserved = /^(champion|challenger|latest|v\d+|run-.*)$/;

export const aliasName = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,39}$/)
  .refine((name) => !reserved.test(name), "reserved");

// Any constant will do; it only has to be the same in every process.
const aliasLock = 611_204;

/**
 * Lets a name stand for a version. A name stands for one version at a time: it leaves the one that held it.
 * @param movesFrom the version that held it as far as the caller knows; null where none did
 * @throws MODEL_VERSION_NOT_FOUND, ALIAS_MOVED where another version holds it meanwhile
 */
export async function setAlias(
  db: Database,
  {
    alias,
    version,
    movesFrom,
    actor,
  }: { alias: string; version: string; movesFrom: string | null; actor: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const serial = await requireSerial(tx, version);
    // An alias that does not exist yet has no row to lock.
    await tx.execute(sql`select pg_advisory_xact_lock(${aliasLock}, hashtext(${alias}))`);
    const holder = await holderOf(tx, alias);
    if (holder === version) return;
    if (holder !== movesFrom) {
      throw new PneumoscopeError(
        "ALIAS_MOVED",
        holder
          ? `The alias ${alias} stands for ${holder} now.`
          : `The alias ${alias} stands for nothing any more.`,
      );
    }
    await tx
      .insert(modelAliases)
      .values({ alias, serial, setBy: actor })
      .onConflictDoUpdate({ target: modelAliases.alias, set: { serial, setBy: actor, setAt: new Date() } });
    await recordAuditEvent(tx, {
      action: "model_version.alias_set",
      actor,
      entityId: version,
      details: { alias, ...(holder ? { from: holder } : {}) },
    });
  });
}

/** @throws MODEL_VERSION_NOT_FOUND, ALIAS_MOVED where another version, or none, holds it */
export async function removeAlias(
  db: Database,
  { alias, version, actor }: { alias: string; version: string; actor: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await requireSerial(tx, version);
    const holder = await holderOf(tx, alias);
    if (holder !== version)
      throw new PneumoscopeError("ALIAS_MOVED", `The alias ${alias} does not stand for ${version} any more.`);
    await tx.delete(modelAliases).where(eq(modelAliases.alias, alias));
    await recordAuditEvent(tx, {
      action: "model_version.alias_removed",
      actor,
      entityId: version,
      details: { alias },
    });
  });
}

/** The names of each version, by serial. */
export async function aliasesBySerial(db: DatabaseOrTransaction): Promise<Map<number, string[]>> {
  const rows = await db.select().from(modelAliases).orderBy(asc(modelAliases.alias));
  return rows.reduce(
    (map, { serial, alias }) => map.set(serial, [...(map.get(serial) ?? []), alias]),
    new Map<number, string[]>(),
  );
}

/** Every alias with the version it stands for. */
export async function listAliases(db: DatabaseOrTransaction): Promise<{ alias: string; version: string }[]> {
  return db
    .select({ alias: modelAliases.alias, version: modelVersions.version })
    .from(modelAliases)
    .innerJoin(modelVersions, eq(modelVersions.serial, modelAliases.serial))
    .orderBy(asc(modelAliases.alias));
}

async function requireSerial(tx: DatabaseOrTransaction, version: string): Promise<number> {
  const [row] = await tx
    .select({ serial: modelVersions.serial })
    .from(modelVersions)
    .where(eq(modelVersions.version, version));
  if (!row) throw new PneumoscopeError("MODEL_VERSION_NOT_FOUND", `There is no model version ${version}.`);
  return row.serial;
}

/** The version that an alias stands for; nobody else changes it until the transaction ends. */
async function holderOf(tx: DatabaseOrTransaction, alias: string): Promise<string | null> {
  const [row] = await tx.select().from(modelAliases).where(eq(modelAliases.alias, alias)).for("update");
  if (!row) return null;
  const [version] = await tx
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(eq(modelVersions.serial, row.serial));
  return version?.version ?? null;
}
