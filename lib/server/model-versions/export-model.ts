import type { Database } from "@/drizzle/client";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { readWeights } from "@/lib/node/current-model";
import { type ExportedModel, type ExportFormat, writeModel } from "@/lib/node/write-model";
import { assertWeightsNotRevoked } from "./revoked-weights";

/**
 * A published version as a file for other software. Its weights are held against the manifest's digest first.
 * @throws MODEL_VERSION_NOT_FOUND, MODEL_REVOKED, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, WEIGHTS_DIGEST_MISMATCH
 */
export async function exportModel(
  { db, store }: { db: Database; store: ArtifactStore },
  { version, format }: { version: string; format: ExportFormat },
): Promise<ExportedModel> {
  const row = await db.query.modelVersions.findFirst({
    where: (table, { eq }) => eq(table.version, version),
  });
  if (!row) throw new PneumoscopeError("MODEL_VERSION_NOT_FOUND", `There is no model version ${version}.`);
  const { weightsDigest, signedManifest } = row;
  await assertWeightsNotRevoked(db, weightsDigest);
  return writeModel(await readWeights(store, weightsDigest), format, {
    name: `pneumoscope-${version}`,
    signed: signedManifest,
  });
}
