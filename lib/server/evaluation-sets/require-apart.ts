import type { Database } from "@/drizzle/client";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { type DatasetListing, parseListing } from "@/lib/dataset/listing";
import { describeShared, sharedCases } from "@/lib/dataset/shared-cases";
import { PneumoscopeError } from "@/lib/errors";
import { listEvaluationSets } from "./list";

/**
 * Refuses a dataset version that shares an image or a patient with an evaluation set, on whichever side of its split: a
 * set that was trained on says nothing any more.
 * @throws DATASET_LEAKS naming set, images and patients
 */
export async function requireApartFromEvaluationSets(
  { db, store }: { db: Database; store: ArtifactStore },
  { digest, listing }: { digest: Digest; listing: DatasetListing },
): Promise<void> {
  for (const set of await listEvaluationSets(db)) {
    const { cases } = parseListing(await store.get(set.digest));
    const shared = describeShared(sharedCases(listing.cases, cases));
    if (shared === null) continue;
    throw new PneumoscopeError(
      "DATASET_LEAKS",
      `Dataset version ${digest} shares ${shared} with evaluation set “${set.name}”. Take them out of the data, or ` +
        `remove the set (npm run evaluation-sets -- remove "${set.name}"); a patient is known by the file's name.`,
    );
  }
}
