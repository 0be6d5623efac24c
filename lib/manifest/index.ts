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
  isKeyOfItsName,
  keyIdOf,
  type SigningKey,
  signingKeyFromSeed,
  signManifest,
  type TrustedKey,
  trustedKeySchema,
  verifySignedManifest,
} from "./signature";
export {
  assertNotRevoked,
  endorse,
  findRevocation,
  type HeardTrust,
  keysUnder,
  manifestDigestOf,
  modelRevoked,
  openCurrentAnswer,
  signTrustList,
  verifyTrustList,
} from "./trust-list";
export {
  type ListedKey,
  type Revocation,
  type SignedTrustList,
  signedTrustListSchema,
  type TrustList,
  trustListSchema,
} from "./trust-list-schema";
