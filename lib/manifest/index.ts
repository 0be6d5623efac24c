export { assertDigest, digestOf, digestOfSync } from "./digest";
export {
  digestSchema,
  type ModelManifest,
  modelManifestSchema,
  type SignedManifest,
  signedManifestSchema,
} from "./schema";
export {
  canonicalBytes,
  generateSigningKey,
  keyIdOf,
  type SigningKey,
  signingKeyFromSeed,
  signManifest,
  type TrustedKey,
  trustedKeySchema,
  verifySignedManifest,
} from "./signature";
