import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { inDataDirectory } from "@/lib/node/data-directory";
import { readPlans, type StatementPlan } from "./plans";

const settings = {
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_format": "json",
  "auto_explain.log_nested_statements": "off",
  session_preload_libraries: "auto_explain",
};

/** The plans of every statement that `action` has the server run, in connections that are opened meanwhile. */
export async function plansDuring(sql: Sql, action: () => Promise<void>): Promise<StatementPlan[]> {
  const [row] = await sql<{ name: string }[]>`select quote_ident(current_database()) as name`;
  const database = row?.name;
  const logFile = inDataDirectory("run", "postgres.log");
  for (const [name, value] of Object.entries(settings))
    await sql.unsafe(`alter database ${database} set ${name} = '${value}'`);
  const before = (await readFile(logFile, "utf8")).length;
  try {
    await action();
    // The server writes its log after it has answered.
    await sleep(500);
    return readPlans((await readFile(logFile, "utf8")).slice(before));
  } finally {
    for (const name of Object.keys(settings)) await sql.unsafe(`alter database ${database} reset ${name}`);
  }
}

/** Rows of every table, as the planner knows them. */
export async function tableSizes(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ table: string; rows: number }[]>`
    select relname as table, reltuples::float8 as rows from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace`;
  return new Map(rows.map(({ table, rows: count }) => [table, count]));
}
