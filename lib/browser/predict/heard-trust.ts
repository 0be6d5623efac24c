import {
  findRevocation,
  type HeardTrust,
  keysUnder,
  type ModelManifest,
  type Revocation,
  signedTrustListSchema,
  type TrustedKey,
  verifyTrustList,
} from "@/lib/manifest";

/** Where the last trust list lies between visits. */
export interface TrustStorage {
  read(): Promise<string | undefined>;
  store(text: string): Promise<void>;
}

export interface TrustMemory {
  /**
   * Takes in a list as the server sends it, or null where it sends none. What was heard before is read first, so that
   * an older list changes nothing, also at the first contact of a visit.
   * @throws TRUST_LIST_INVALID
   */
  hear(signed: unknown): Promise<void>;
  /** Reads what was heard at an earlier visit; once. */
  recall(): Promise<void>;
  /** The keys that manifests are held against now. */
  keys(): TrustedKey[];
  revocationOf(manifest: ModelManifest): Revocation | null;
}

/**
 * What this browser has heard of revoked versions and of keys. It only ever grows: a version that was revoked here
 * once stays revoked, whatever a server says later, and without one.
 * @param onRevocations is told all of them whenever there are more
 */
export function createTrustMemory(
  anchors: readonly TrustedKey[],
  storage: TrustStorage,
  onRevocations: (revocations: Revocation[]) => void,
): TrustMemory {
  let heard: HeardTrust | null = null;
  let recalled: Promise<void> | undefined;

  function recall(): Promise<void> {
    recalled ??= storage.read().then((text) => {
      const kept = text === undefined ? null : parseKept(text);
      if (!kept) return;
      heard = { list: kept.list, vouched: isVouched(kept.signed) };
      onRevocations(heard.list.revocations);
    });
    return recalled;
  }

  function isVouched(signed: unknown): boolean {
    try {
      verifyTrustList(signed, anchors);
      return true;
    } catch {
      return false;
    }
  }

  async function hear(signed: unknown): Promise<void> {
    await recall();
    if (signed === null) return;
    const list = verifyTrustList(signed, anchors, heard);
    if (list === heard?.list) return;
    heard = { list, vouched: true };
    await storage.store(JSON.stringify(signed));
    onRevocations(list.revocations);
  }

  return {
    hear,
    recall,
    keys: () => keysUnder(anchors, heard),
    revocationOf: (manifest) => findRevocation(heard?.list ?? null, manifest),
  };
}

function parseKept(text: string) {
  try {
    const signed: unknown = JSON.parse(text);
    return { signed, list: signedTrustListSchema.parse(signed).trust };
  } catch {
    return null;
  }
}
