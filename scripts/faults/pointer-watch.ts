import type { ArtifactStore } from "@/lib/artifacts/store";
import { describeError } from "@/lib/errors";
import { currentModelPointer, readCurrentManifest, readWeights } from "@/lib/node/current-model";

/** Looks at what pages are offered, again and again: it must verify, its weights be there, and its serial never fall. */
export function watchPointer(store: ArtifactStore) {
  const problems: string[] = [];
  let seen: string | null | undefined;
  let serial = 0;

  async function look(): Promise<void> {
    const text = await store.readPointer(currentModelPointer);
    if (text === seen) return;
    seen = text;
    try {
      const { manifest } = await readCurrentManifest(store);
      await readWeights(store, manifest.weights.digest);
      if (manifest.serial < serial)
        problems.push(`pages were offered serial ${manifest.serial} after ${serial}`);
      serial = manifest.serial;
    } catch (error) {
      problems.push(`pages were offered a version that cannot be used: ${describeError(error)}`);
    }
  }

  return { look, problems: () => problems };
}
