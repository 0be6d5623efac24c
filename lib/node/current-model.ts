import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import {
  assertDigest,
  digestOf,
  type ModelManifest,
  type SignedManifest,
  signedManifestSchema,
  type TrustedKey,
  trustedKeySchema,
  verifySignedManifest,
} from "@/lib/manifest";
import { manifestSigningKey } from "./secrets";
import { isSystemError } from "./write-file";

/** Name of the pointer whose text is the current signed manifest. */
export const currentModelPointer = "models/current";

export interface CurrentManifest {
  signedManifest: SignedManifest;
  manifest: ModelManifest;
  /** "published" by this deployment, or the "baseline" that the product ships. */
  origin: "published" | "baseline";
}

export interface CurrentModel extends CurrentManifest {
  weightsBytes: Uint8Array;
}

/** Folder of the version that a new deployment starts from: the shipped one, or PNEUMOSCOPE_BASELINE_DIR. */
export function baselineFolder(): string {
  const replaced = process.env.PNEUMOSCOPE_BASELINE_DIR;
  if (replaced) return path.resolve(/* turbopackIgnore: true */ replaced);
  return path.join(/* turbopackIgnore: true */ process.cwd(), "public", "models", "baseline");
}

/** The release key of the shipped version and, where it can be had, this deployment's own key. */
export async function trustedKeys(): Promise<TrustedKey[]> {
  const release = await readBaselineFile("release-key.json");
  const keys = release ? [trustedKeySchema.parse(JSON.parse(release.toString("utf8")))] : [];
  const own = await manifestSigningKey().catch((error) => {
    // A read-only machine without a key of its own has published nothing that needs one.
    if (isSystemError(error, "EROFS") || isSystemError(error, "EACCES")) return null;
    throw error;
  });
  if (own) keys.push({ keyId: own.keyId, publicKey: own.publicKey });
  return keys;
}

/**
 * The version that pages are offered: what this deployment published last, else the shipped one. Verified.
 * @throws MANIFEST_INVALID, MANIFEST_KEY_UNKNOWN, MANIFEST_SIGNATURE_INVALID, FILE_NOT_FOUND
 */
export async function readCurrentManifest(store: ArtifactStore): Promise<CurrentManifest> {
  const pointer = await store.readPointer(currentModelPointer);
  return pointer === null ? readBaselineManifest() : verified(pointer, "published");
}

/** The manifest in public/models/baseline. Verified. */
export async function readBaselineManifest(): Promise<CurrentManifest> {
  const file = await readBaselineFile("manifest.json");
  if (file) return verified(file.toString("utf8"), "baseline");
  throw new PneumoscopeError(
    "FILE_NOT_FOUND",
    `${path.join(baselineFolder(), "manifest.json")} is missing, and no version has been published here. ` +
      "Restore the file from the repository.",
    { userMessage: "This installation has no model." },
  );
}

/** The current version with its weights. @throws as readCurrentManifest, WEIGHTS_DIGEST_MISMATCH, ARTIFACT_* */
export async function readCurrentModel(store: ArtifactStore): Promise<CurrentModel> {
  const current = await readCurrentManifest(store);
  const weightsBytes = await readWeights(store, current.manifest.weights.digest);
  await assertDigest(weightsBytes, current.manifest.weights.digest);
  return { ...current, weightsBytes };
}

/**
 * Weights by digest, from the store or from the shipped files. Verified.
 * @throws ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, WEIGHTS_DIGEST_MISMATCH
 */
export async function readWeights(store: ArtifactStore, digest: Digest): Promise<Uint8Array> {
  if (await store.stat(digest)) return store.get(digest);
  const shipped = await readBaselineManifest().catch(() => null);
  if (shipped?.manifest.weights.digest !== digest) return store.get(digest);
  const bytes = await readBaselineWeights();
  await assertDigest(bytes, digest);
  return bytes;
}

/** Makes sure that the store holds these weights, copying the shipped ones on first use. */
export async function ensureWeightsStored(store: ArtifactStore, digest: Digest): Promise<void> {
  if (await store.stat(digest)) return;
  await store.put(await readWeights(store, digest));
}

async function readBaselineWeights(): Promise<Uint8Array> {
  const names = await readdir(baselineFolder()).catch(() => []);
  const name = names.find((candidate) => candidate.endsWith(".safetensors"));
  const bytes = name ? await readBaselineFile(name) : null;
  if (bytes) return bytes;
  throw new PneumoscopeError("FILE_NOT_FOUND", `${baselineFolder()} holds no .safetensors file. Restore it.`);
}

async function verified(text: string, origin: CurrentManifest["origin"]): Promise<CurrentManifest> {
  const manifest = verifySignedManifest(text, await trustedKeys());
  return { signedManifest: signedManifestSchema.parse(JSON.parse(text)), manifest, origin };
}

async function readBaselineFile(name: string): Promise<Buffer | null> {
  try {
    return await readFile(path.join(baselineFolder(), name));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

/** SHA-256 of a manifest as it is served; its entity tag. */
export async function manifestTag(signedManifest: SignedManifest): Promise<Digest> {
  return digestOf(new TextEncoder().encode(JSON.stringify(signedManifest)));
}
