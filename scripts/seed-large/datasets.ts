import type { Database } from "@/drizzle/client";
import { datasetReports, datasetVersions } from "@/drizzle/schema";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { buildListing } from "@/lib/dataset/build-listing";
import { canonicalListingBytes, type DatasetCase } from "@/lib/dataset/listing";
import { buildReport } from "@/lib/dataset-report/build-report";
import { reportBytes } from "@/lib/dataset-report/report";
import { drawnGray, drawnVersion, nameOf, reportInput } from "@/lib/dataset-report/report.fixture";
import { digestOfSync } from "@/lib/manifest";
import { splitSchema } from "@/lib/training/job";
import { plan } from "./plan";

const largeImages = 5_800;
const smallImages = 400;
/** So many of the last versions are as large as the public data set. */
const largeVersions = 3;

/** Dataset versions that each add to the one before, with listings and reports in the store. @returns the last one */
export async function seedDatasets(
  { db, store, seed }: { db: Database; store: ArtifactStore; seed: number },
  until: Date,
): Promise<{ digests: Digest[]; heldOut: DatasetCase[] }> {
  const drawn = drawnVersion(
    Array.from({ length: 120 }, (_, index) => [nameOf(index), drawnGray(index)] as const),
  );
  const report = buildReport(reportInput(drawn));
  const { digest: reportDigest } = await store.put(reportBytes(report));
  const digests: Digest[] = [];
  let heldOut: DatasetCase[] = [];
  for (let index = 0; index < plan.datasets; index++) {
    const images =
      index >= plan.datasets - largeVersions
        ? largeImages - (plan.datasets - 1 - index) * 50
        : smallImages + index;
    const listing = buildListing(
      Array.from({ length: images }, (_, image) => ({
        path: nameOf(image),
        digest: digestOfSync(new TextEncoder().encode(`${seed} image ${image}`)),
        sizeBytes: 90_000 + ((image * 7_919) % 60_000),
      })),
    );
    const { digest } = await store.put(canonicalListingBytes(listing));
    const createdAt = new Date(until.getTime() - (plan.datasets - index) * 9 * 24 * 60 * 60_000);
    await db.insert(datasetVersions).values({
      digest,
      name: `Seeded ${index + 1}`,
      images: listing.cases.length,
      patients: new Set(listing.cases.map(({ patientId }) => patientId)).size,
      splits: countSplits(listing.cases),
      badFiles: [],
      source: `seeded/${index + 1}`,
      currentSince: createdAt,
      createdAt,
    });
    await db.insert(datasetReports).values({
      datasetDigest: digest,
      reportDigest,
      state: report.state,
      problems: report.problems,
      durationMs: 41_000,
      createdAt,
    });
    digests.push(digest);
    heldOut = listing.cases.filter(({ split }) => split === "test");
  }
  return { digests, heldOut };
}

function countSplits(cases: readonly DatasetCase[]) {
  const count = (split: string) => {
    const own = cases.filter((one) => one.split === split);
    const pneumonia = own.filter(({ label }) => label === 1).length;
    return {
      images: own.length,
      patients: new Set(own.map(({ patientId }) => patientId)).size,
      normal: own.length - pneumonia,
      pneumonia,
    };
  };
  const [train, validation, test] = splitSchema.options.map(count);
  if (!train || !validation || !test) throw new Error("three splits were expected");
  return { train, validation, test };
}
