import postgres from "postgres";
import { openDatabase } from "@/drizzle/client";
import type { ConnectedDatabase } from "@/lib/node/connect-database";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { manifestSigningKey } from "@/lib/node/secrets";
import { seedAuditTrail } from "./audit-trail";
import { seedDatasets } from "./datasets";
import { seedEvaluations } from "./evaluations";
import { emptyTables, markFor, requireOwnDatabase, seededAs, writeMark } from "./guard";
import { seedDecisions, seedModelVersions } from "./models";
import { seedPeople, seedUse } from "./people";
import { seedPredictions, seedRuns } from "./runs";

export interface SeedOptions {
  seed: number;
  until: Date;
  /** Also where the database is as wanted already. */
  again: boolean;
  say(line: string): void;
}

/**
 * Fills a database of its own with the record of years.
 * @returns whether anything was done
 * @throws CONFIG_INVALID where the database holds a real record
 */
export async function seedLarge({ url }: ConnectedDatabase, options: SeedOptions): Promise<boolean> {
  const { seed, until, again, say } = options;
  // Drizzle changes how its client writes dates and JSON, so plain statements have one of their own.
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const { db, close } = openDatabase(url, { max: 1 });
  const mark = markFor(seed, until);
  const step = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const made = await action();
    say(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return made;
  };
  try {
    await requireOwnDatabase(sql);
    if (!again && (await seededAs(sql)) === mark) return false;
    await emptyTables(sql);
    // Rows are consistent with each other; nobody listens to these changes.
    await sql.unsafe("set session_replication_role = replica");
    await db.execute("set session_replication_role = replica");
    await sql.unsafe(
      "set work_mem = '128MB'; set synchronous_commit = off; set max_parallel_workers_per_gather = 0",
    );
    const publisher = { sql, db, seed, signingKey: await manifestSigningKey() };
    const data = await step("datasets", () => seedDatasets({ db, store: localArtifactStore(), seed }, until));
    const newest = data.digests.at(-1);
    if (!newest) throw new Error("no dataset was made");
    await step("people", () => seedPeople(sql, until));
    await step("runs and epochs", () => seedRuns(sql, seed, until, data.digests));
    await step("model versions", () => seedModelVersions(publisher));
    await step("predictions", () => seedPredictions(sql, newest, data.heldOut));
    await step("evaluations", () => seedEvaluations({ db, store: localArtifactStore() }, newest));
    await step("decisions", () => seedDecisions(publisher));
    await step("feedback and statistics", () => seedUse(sql, until));
    await step("audit trail", () => seedAuditTrail(sql, seed, until));
    await step("vacuum analyze", () => sql.unsafe("vacuum analyze"));
    await writeMark(sql, mark);
    return true;
  } finally {
    await sql.end({ timeout: 5 });
    await close();
  }
}
