import { lt, sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import { statisticsDays, statisticsReports } from "@/drizzle/schema";
import type { DriftSettings } from "@/lib/in-use/judge-drift";
import { backendNames, refusalKinds, type StatisticsReport } from "@/lib/in-use/statistics";
import { knownSerials } from "./known-serials";
import { watchDrift } from "./watch-drift";

/** Reports of earlier days are not taken: their ids are forgotten by then. */
const keptDays = 60;
const dayMs = 24 * 60 * 60_000;

/**
 * Adds browsers' reports to the sums of their days. A report that comes twice counts once; one of a version that is
 * not on record, of the future or of long ago changes nothing. Who sent it is stored nowhere.
 */
export async function recordStatistics(
  db: Database,
  reports: readonly StatisticsReport[],
  settings: DriftSettings,
  now = new Date(),
): Promise<{ added: number }> {
  return db.transaction(async (tx) => {
    const oldest = dayOf(now.getTime() - keptDays * dayMs);
    const latest = dayOf(now.getTime() + dayMs);
    await tx.delete(statisticsReports).where(lt(statisticsReports.day, oldest));
    const known = await knownSerials(
      tx,
      reports.map(({ serial }) => serial),
    );
    const changed = new Set<number>();
    let added = 0;
    for (const report of reports) {
      const { day, serial } = report;
      if (day < oldest || day > latest || !known.has(serial)) continue;
      if (!(await addReport(tx, report))) continue;
      changed.add(serial);
      added++;
    }
    for (const serial of [...changed].sort((a, b) => a - b)) await watchDrift(tx, serial, settings, now);
    return { added };
  });
}

async function addReport(
  tx: DatabaseOrTransaction,
  { id, day, serial, counts }: StatisticsReport,
): Promise<boolean> {
  const [isNew] = await tx
    .insert(statisticsReports)
    .values({ id, day })
    .onConflictDoNothing()
    .returning({ id: statisticsReports.id });
  if (!isNew) return false;
  const sum = (column: string) =>
    sql.raw(
      `(select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place) from unnest("statistics_days"."${column}", excluded."${column}") with ordinality as bins(a, b, place))`,
    );
  await tx
    .insert(statisticsDays)
    .values({
      day,
      serial,
      reports: 1,
      probabilities: counts.probabilities,
      refusals: refusalKinds.map((kind) => counts.refusals[kind]),
      backends: backendNames.map((name) => counts.backends[name]),
      speeds: counts.speeds,
    })
    .onConflictDoUpdate({
      target: [statisticsDays.day, statisticsDays.serial],
      set: {
        reports: sql`${statisticsDays.reports} + 1`,
        probabilities: sum("probabilities"),
        refusals: sum("refusals"),
        backends: sum("backends"),
        speeds: sum("speeds"),
      },
    });
  return true;
}

export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
