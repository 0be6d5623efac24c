import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import {
  assertDigest,
  digestOf,
  findRevocation,
  keysUnder,
  type ModelManifest,
  openCurrentAnswer,
  type Revocation,
  type SignedManifest,
  type SignedTrustList,
  signedManifestSchema,
  signedTrustListSchema,
  type TrustedKey,
  trustedKeySchema,
  verifySignedManifest,
  verifyTrustList,
} from "@/lib/manifest";
import { manifestSigningKeys } from "./secrets";
import { isSystemError } from "./write-file";

/** Name of the pointer whose text is the current signed manifest, with the signed trust list where there is one. */
export const currentModelPointer = "models/current";

export interface CurrentManifest {
  signedManifest: SignedManifest;
  manifest: ModelManifest;
  /** "published" by this deployment, or the "baseline" that the product ships. */
  origin: "published" | "baseline";
  /** What was withdrawn here and by which keys this deployment speaks; null while neither ever changed. */
  signedTrustList: SignedTrustList | null;
  /** Why this version may not be used, where it was revoked and nothing took its place. */
  revocation: Revocation | null;
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

/** The release key of the shipped version and, where they can be had, this deployment's own keys. */
export async function trustedKeys(): Promise<TrustedKey[]> {
  const release = await readBaselineFile("release-key.json");
  const keys = release ? [trustedKeySchema.parse(JSON.parse(release.toString("utf8")))] : [];
  const own = await manifestSigningKeys().catch((error) => {
    // A read-only machine without a key of its own has published nothing that needs one.
    if (isSystemError(error, "EROFS") || isSystemError(error, "EACCES")) return [];
    throw error;
  });
  return [...keys, ...own.map(({ keyId, publicKey }) => ({ keyId, publicKey }))];
}

/** The keys that manifests are held against here, with what the trust list says of them. */
export async function acceptedKeys(store: ArtifactStore): Promise<TrustedKey[]> {
  const anchors = await trustedKeys();
  const pointer = await store.readPointer(currentModelPointer);
  const { trust } = pointer === null ? { trust: null } : openCurrentAnswer(pointer);
  const list = trust === null ? null : verifyTrustList(trust, anchors);
  return keysUnder(anchors, list && { list, vouched: true });
}

/**
 * The version that pages are offered: what this deployment published last, else the shipped one. Verified.
 * @throws MANIFEST_*, TRUST_LIST_INVALID, FILE_NOT_FOUND
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
  return { ...verifyCurrent(text, await trustedKeys()), origin };
}

/**
 * Verifies the text of the pointer, or of the answer about the current model.
 * @throws MANIFEST_*, TRUST_LIST_INVALID
 */
export function verifyCurrent(text: string, anchors: readonly TrustedKey[]): Omit<CurrentManifest, "origin"> {
  const { signed, trust } = openCurrentAnswer(text);
  const list = trust === null ? null : verifyTrustList(trust, anchors);
  const manifest = verifySignedManifest(signed, keysUnder(anchors, list && { list, vouched: true }));
  return {
    signedManifest: signedManifestSchema.parse(signed),
    manifest,
    signedTrustList: trust === null ? null : signedTrustListSchema.parse(trust),
    revocation: findRevocation(list, manifest),
  };
}

async function readBaselineFile(name: string): Promise<Buffer | null> {
  try {
    return await readFile(path.join(baselineFolder(), name));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  }
}

export interface CurrentAnswer extends SignedManifest {
  trust?: SignedTrustList;
}

/** What is kept in the pointer and served: the signed manifest, and the trust list beside it where there is one. */
export function currentAnswer({
  signedManifest,
  signedTrustList,
}: Pick<CurrentManifest, "signedManifest" | "signedTrustList">): CurrentAnswer {
  return signedTrustList ? { ...signedManifest, trust: signedTrustList } : signedManifest;
}

/** SHA-256 of an answer as it is served; its entity tag. */
export async function answerTag(answer: CurrentAnswer): Promise<Digest> {
  return digestOf(new TextEncoder().encode(JSON.stringify(answer)));
}
