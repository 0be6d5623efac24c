import type { Digest } from "@/lib/artifacts/store";
import { canonicalBytes, digestOfSync } from "@/lib/manifest";
import type { TrainingConfig } from "./config";

/** A configuration's identity: SHA-256 of its canonical JSON (RFC 8785). Two runs with the same one would train alike. */
export function configDigest(config: TrainingConfig): Digest {
  return digestOfSync(canonicalBytes(config));
}
