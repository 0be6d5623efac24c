import { and, asc, desc, eq, gt, gte, inArray, isNotNull, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { champion, driftStates, feedback, modelVersions, statisticsDays } from "@/drizzle/schema";
import { type FeedbackCount, feedbackRates } from "@/lib/in-use/feedback-rates";
import { type DriftSettings, judgeDrift } from "@/lib/in-use/judge-drift";
import { probabilityBins } from "@/lib/in-use/statistics";
import { driftReference } from "./drift-reference";
import { latestProbabilities } from "./watch-drift";

const dayMs = 24 * 60 * 60_000;
/** Drift is measured of so many versions, the newest that were read with. */
const mostMeasured = 5;

/** What is known of versions in use over the latest days: doctors' feedback, shared statistics, and drift. */
export async function inUseOverview(
  db: Database,
  { days, settings, now = new Date() }: { days: number; settings: DriftSettings; now?: Date },
) {
  const since = new Date(now.getTime() - days * dayMs);
  const counts = await countFeedback(db, since);
  const statistics = await db
    .select()
    .from(statisticsDays)
    .where(gt(statisticsDays.day, since.toISOString().slice(0, 10)))
    .orderBy(asc(statisticsDays.day), asc(statisticsDays.serial));
  const [current] = await db.select().from(champion);
  const serials = [
    ...new Set([
      ...counts.map(({ serial }) => serial),
      ...statistics.map(({ serial }) => serial),
      ...(current ? [current.serial] : []),
    ]),
  ];
  const versions =
    serials.length === 0
      ? []
      : await db
          .select()
          .from(modelVersions)
          .where(inArray(modelVersions.serial, serials))
          .orderBy(desc(modelVersions.serial));
  const drifts = await Promise.all(
    versions.slice(0, mostMeasured).map(async (version) => {
      const reference = await driftReference(db, version);
      const seen = await latestProbabilities(db, version.serial, settings.days, now);
      const [state] = await db.select().from(driftStates).where(eq(driftStates.serial, version.serial));
      return {
        serial: version.serial,
        reference,
        seen,
        verdict: judgeDrift(reference?.counts ?? null, seen, settings),
        since: state?.drifted ? state.measuredAt.toISOString() : null,
      };
    }),
  );
  return {
    days,
    settings,
    championSerial: current?.serial ?? null,
    versions: versions.map(({ serial, version, signedManifest }) => ({
      serial,
      version,
      threshold: signedManifest.manifest.threshold.probability,
    })),
    feedback: feedbackRates(counts),
    statistics,
    bins: probabilityBins,
    drifts,
  };
}

async function countFeedback(db: Database, since: Date): Promise<FeedbackCount[]> {
  const rows = await db
    .select({
      serial: feedback.serial,
      verdict: feedback.verdict,
      opinion: feedback.opinion,
      correctedLabel: feedback.correctedLabel,
      count: sql<number>`count(*)::int`,
    })
    .from(feedback)
    .where(and(isNotNull(feedback.opinion), gte(feedback.hour, since)))
    .groupBy(feedback.serial, feedback.verdict, feedback.opinion, feedback.correctedLabel);
  return rows.flatMap(({ serial, verdict, opinion, ...rest }) =>
    serial === null || verdict === null || opinion === null ? [] : [{ serial, verdict, opinion, ...rest }],
  );
}
