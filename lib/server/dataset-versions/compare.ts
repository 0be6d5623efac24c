import { parseListing } from "@/lib/dataset/listing";
import { compareReports, type ReportComparison } from "@/lib/dataset-report/comparison";
import { type CheckDependencies, checkDatasetVersion } from "./check";
import { measureImages } from "./measure-images";
import { requireDatasetVersion } from "./record";

/**
 * What is different between two dataset versions, which are checked where they have not been.
 * @param named as requireDatasetVersion takes them
 * @throws DATASET_VERSION_NOT_FOUND, and as checkDatasetVersion
 */
export async function compareDatasetVersions(
  dependencies: CheckDependencies,
  named: { before: string; after: string },
): Promise<ReportComparison> {
  const before = await readVersion(dependencies, named.before);
  const after = await readVersion(dependencies, named.after);
  const digests = [...before.listing.cases, ...after.listing.cases].map((item) => item.digest);
  const { measuresOf } = await measureImages(dependencies, [...new Set(digests)], dependencies.onProgress);
  return compareReports(before, after, measuresOf);
}

async function readVersion(dependencies: CheckDependencies, named: string) {
  const { digest } = await requireDatasetVersion(dependencies.db, named);
  const report = await checkDatasetVersion(dependencies, digest);
  return { report, listing: parseListing(await dependencies.store.get(digest)) };
}
