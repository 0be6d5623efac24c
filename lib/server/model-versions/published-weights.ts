import type { ArtifactStore, Digest } from "@/lib/artifacts/store";

/** Notes in the store that these weights may be handed out; written before a version that names them is published. */
export async function markPublished(store: ArtifactStore, digest: Digest): Promise<void> {
  if (!(await isPublished(store, digest))) await store.writePointer(pointerName(digest), digest);
}

/** Needs no database. */
export async function isPublished(store: ArtifactStore, digest: Digest): Promise<boolean> {
  return (await store.readPointer(pointerName(digest))) !== null;
}

function pointerName(digest: Digest): string {
  return `models/weights/${digest.slice("sha256:".length)}`;
}
