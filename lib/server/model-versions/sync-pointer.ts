import { sql } from "drizzle-orm";
import type { Database, DatabaseOrTransaction } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import {
  currentAnswer,
  currentModelPointer,
  readBaselineManifest,
  trustedKeys,
  verifyCurrent,
} from "@/lib/node/current-model";
import { findChampion } from "./current";
import { findTrustList } from "./issue-trust-list";

// Any constant will do; it only has to be the same in every process.
const pointerLock = 7_310_946_217;

/**
 * Makes the pointer that pages read name the champion of the record and hold the last trust list. Called after each
 * publication and at start, so that a crash between the two is repaired. Of two that run at once the later one sees
 * what both have committed, so that no older answer stays, without a revocation for example. Before the first publication or trust list there is no pointer: pages
 * get the shipped version, also after an upgrade of the product.
 * @returns whether the pointer was changed
 * @throws MANIFEST_*, TRUST_LIST_INVALID where what would be served does not verify; the pointer then stays as it is
 */
export async function syncPointer(db: Database, store: ArtifactStore): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${pointerLock})`);
    return writeWhatIsOnRecord(tx, store);
  });
}

async function writeWhatIsOnRecord(db: DatabaseOrTransaction, store: ArtifactStore): Promise<boolean> {
  const current = await findChampion(db);
  if (!current) return false;
  const signedTrustList = await findTrustList(db);
  const written = await store.readPointer(currentModelPointer);
  const { signedManifest } = current;
  if (written === null && !signedTrustList && (await isShipped(signedManifest.signature.value))) return false;
  const text = `${JSON.stringify(currentAnswer({ signedManifest, signedTrustList }))}\n`;
  if (written === text) return false;
  verifyCurrent(text, await trustedKeys());
  await store.writePointer(currentModelPointer, text);
  return true;
}

async function isShipped(signature: string): Promise<boolean> {
  const shipped = await readBaselineManifest().catch(() => null);
  return shipped?.signedManifest.signature.value === signature;
}
