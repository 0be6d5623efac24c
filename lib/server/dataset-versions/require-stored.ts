import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import type { DatasetListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import { inParallel } from "@/lib/node/in-parallel";

// Any constant will do; it only has to be the same in every process.
const storedFilesLock = 4_117_203_991;
const atOnce = 16;

/** Until this transaction ends nobody removes stored files of data; "alone" is for who removes them. */
export async function lockStoredFiles(tx: DatabaseOrTransaction, how: "shared" | "alone"): Promise<void> {
  const lock = how === "alone" ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`;
  await tx.execute(sql`select ${lock}(${storedFilesLock})`);
}

/**
 * A listing and its images are in the store, asked under the lock by who is about to refer to them: an import that took
 * very long may have counted on a file that was cleaned away meanwhile.
 * @throws ARTIFACT_NOT_FOUND
 */
export async function requireStored(
  store: ArtifactStore,
  digest: Digest,
  { cases }: DatasetListing,
): Promise<void> {
  const named = new Map<Digest, string>([[digest, "its listing"]]);
  for (const item of cases) named.set(item.digest, item.path);
  await inParallel([...named], atOnce, async ([digest, what]) => {
    if (await store.renew(digest)) return;
    throw new PneumoscopeError(
      "ARTIFACT_NOT_FOUND",
      `${what} (${digest}) is not in the store any more. Nothing was recorded; import the data again.`,
    );
  });
}
