import type { Sql } from "postgres";
import { PneumoscopeError } from "@/lib/errors";

const mark = "made by seed:large";

/** What the database says it was made by, or null. */
export async function seededAs(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ comment: string | null }[]>`
    select obj_description('public.training_runs'::regclass) as comment`;
  return row?.comment?.startsWith(mark) ? row.comment : null;
}

export function markFor(seed: number, until: Date): string {
  return `${mark}, seed ${seed}, until ${until.toISOString().slice(0, 10)}`;
}

/** Written last, so that a database that was only filled in part is filled anew. */
export async function writeMark(sql: Sql, text: string): Promise<void> {
  await sql.unsafe(`comment on table public.training_runs is '${text.replaceAll("'", "''")}'`);
}

const begun = `${mark}, not finished`;

/** @throws CONFIG_INVALID where the database holds anything that the seed has not put there */
export async function requireOwnDatabase(sql: Sql): Promise<void> {
  if ((await seededAs(sql)) !== null) return;
  for (const table of ["users", "training_runs", "model_versions", "dataset_versions", "audit_events"]) {
    const rows = await sql`select 1 from ${sql(table)} limit 1`;
    if (rows.length === 0) continue;
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `This database holds a record (table ${table}) that seed:large has not made. Nothing was changed. ` +
        "Name an empty one by DATABASE_URL, or leave DATABASE_URL and PNEUMOSCOPE_DATA_DIR unset.",
    );
  }
  await writeMark(sql, begun);
}

/** Empties every table, whatever they are. */
export async function emptyTables(sql: Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`;
  await sql.unsafe("alter table audit_events disable trigger user");
  await sql.unsafe(`truncate ${tables.map(({ name }) => name).join(", ")} restart identity cascade`);
  await sql.unsafe("alter table audit_events enable trigger user");
}
