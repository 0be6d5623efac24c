import { desc, ilike, or, sql } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { modelVersions, trainingRuns } from "@/drizzle/schema";

/** What can be added to a comparison. */
export interface Candidate {
  id: string;
  kind: "run" | "version";
  state: string;
  preset: string | null;
  createdAt: string;
}

const portion = 8;

/** Versions, then runs, newest first, whose name or preset has the text in it. */
export async function candidates(db: Database, text: string): Promise<Candidate[]> {
  const pattern = `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const preset = sql<string | null>`${trainingRuns.config}->>'preset'`;
  const [versions, runs] = await Promise.all([
    db
      .select({
        id: modelVersions.version,
        state: modelVersions.state,
        createdAt: modelVersions.publishedAt,
      })
      .from(modelVersions)
      .where(text ? ilike(modelVersions.version, pattern) : undefined)
      .orderBy(desc(modelVersions.serial))
      .limit(portion),
    db
      .select({
        id: trainingRuns.id,
        state: trainingRuns.state,
        preset,
        createdAt: trainingRuns.createdAt,
      })
      .from(trainingRuns)
      .where(text ? or(ilike(trainingRuns.id, pattern), ilike(preset, pattern)) : undefined)
      .orderBy(desc(trainingRuns.createdAt))
      .limit(portion),
  ]);
  return [
    ...versions.map((row) => ({ ...row, kind: "version" as const, preset: null })),
    ...runs.map((row) => ({ ...row, kind: "run" as const })),
  ].map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
}
