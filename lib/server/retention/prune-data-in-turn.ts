import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { readSetting } from "@/lib/server/settings/read";
import { type PrunedData, pruneData } from "./prune-data";

interface Source {
  db: Database;
  store: ArtifactStore;
}

// Next bundles this module into several routes; the work is the process's.
const shared = globalThis as typeof globalThis & { pneumoscopeDataPruning?: Promise<PrunedData | null> };

/**
 * Prunes data by the retention setting, one at a time in this process: each that waited would hold a connection, and the
 * one at work needs two. Who comes meanwhile waits for that one's end.
 * @returns what went; null where the setting keeps everything
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
 */
export function pruneDataInTurn(source: Source, actor: string): Promise<PrunedData | null> {
  shared.pneumoscopeDataPruning ??= pruneBySetting(source, { actor, dryRun: false }).finally(() => {
    delete shared.pneumoscopeDataPruning;
  });
  return shared.pneumoscopeDataPruning;
}

/** What would go now; `data` is null where the setting keeps everything, and while it is just going. */
export async function planDataPruning(
  source: Source,
): Promise<{ isAtWork: boolean; data: PrunedData | null }> {
  if (shared.pneumoscopeDataPruning) return { isAtWork: true, data: null };
  return { isAtWork: false, data: await pruneBySetting(source, { actor: "plan", dryRun: true }) };
}

async function pruneBySetting(
  source: Source,
  options: { actor: string; dryRun: boolean },
): Promise<PrunedData | null> {
  const { deletedDataDays: days } = (await readSetting(source.db, "retention")).value;
  return days === null ? null : pruneData(source, { ...options, days });
}
