import type { ArtifactStore } from "@/lib/artifacts/store";

/** Where the record's setting stands for those who must know it without the database. */
export const readingAccessPointer = "settings/reading-access";

/**
 * Whether reading is for signed-in doctors only: READING_ACCESS, else what the store has noted of the setting. It needs
 * no database, as the model needs none. What is neither «open» nor absent closes the page.
 */
export async function readingNeedsSignIn(store: Pick<ArtifactStore, "readPointer">): Promise<boolean> {
  const fixed = process.env.READING_ACCESS?.trim();
  const access = fixed || (await store.readPointer(readingAccessPointer))?.trim() || "open";
  return access !== "open";
}
