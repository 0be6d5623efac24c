import { desc } from "drizzle-orm";
import type { Database } from "@/drizzle/client";
import { datasetVersions } from "@/drizzle/schema";
import { presetNamed, presetNames } from "@/lib/training/training-config";

/** What a run can be started with. */
export async function startOptions(db: Database) {
  const datasets = await db
    .select({
      digest: datasetVersions.digest,
      images: datasetVersions.images,
      createdAt: datasetVersions.createdAt,
    })
    .from(datasetVersions)
    .orderBy(desc(datasetVersions.createdAt))
    .limit(100);
  return { presets: presetNames.flatMap((name) => presetNamed(name) ?? []), datasets };
}
