import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { verifySignedManifest } from "@/lib/manifest";
import { currentModelPointer, readBaselineManifest, trustedKeys } from "@/lib/node/current-model";
import { findChampion } from "./current";

/**
 * Makes the pointer that pages read name the champion of the record. Called after each publication and at start,
 * so that a crash between the two is repaired. Before the first publication there is no pointer: pages get the
 * shipped version, also after an upgrade of the product.
 * @returns whether the pointer was changed
 * @throws MANIFEST_* where the champion's manifest does not verify; the pointer then stays as it is
 */
export async function syncPointer(db: Database, store: ArtifactStore): Promise<boolean> {
  const current = await findChampion(db);
  if (!current) return false;
  const written = await store.readPointer(currentModelPointer);
  if (written === null && (await isShipped(current.signedManifest.signature.value))) return false;
  const text = `${JSON.stringify(current.signedManifest)}\n`;
  if (written === text) return false;
  verifySignedManifest(text, await trustedKeys());
  await store.writePointer(currentModelPointer, text);
  return true;
}

async function isShipped(signature: string): Promise<boolean> {
  const shipped = await readBaselineManifest().catch(() => null);
  return shipped?.signedManifest.signature.value === signature;
}
