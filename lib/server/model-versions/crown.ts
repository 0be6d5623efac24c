import { eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/drizzle/client";
import { champion, modelVersions } from "@/drizzle/schema";
import type { SignedManifest } from "@/lib/manifest";

/** Inserts a version and makes it the champion; the one before is retired. Part of a publishing transaction. */
export async function crown(
  tx: DatabaseOrTransaction,
  signedManifest: SignedManifest,
  runId: string | null,
): Promise<void> {
  const { serial, version, weights } = signedManifest.manifest;
  await tx.update(modelVersions).set({ state: "retired" }).where(eq(modelVersions.state, "champion"));
  await tx
    .insert(modelVersions)
    .values({ serial, version, weightsDigest: weights.digest, signedManifest, state: "champion", runId });
  await tx
    .insert(champion)
    .values({ id: 1, serial })
    .onConflictDoUpdate({ target: champion.id, set: { serial, since: new Date() } });
}
