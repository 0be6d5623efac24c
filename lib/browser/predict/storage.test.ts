import { expect, it } from "vitest";
import {
  keepOnlyWeights,
  readLastGoodManifest,
  readStoredWeights,
  storeLastGoodManifest,
  storeWeights,
} from "./storage";

const digest = `sha256:${"a".repeat(64)}` as const;

// Node has no IndexedDB, like a browser that denies it.
it("does without storage where the browser gives none", async () => {
  expect(await storeWeights(digest, new Uint8Array(3))).toBe("denied");
  expect(await readStoredWeights(digest)).toBeUndefined();
  expect(await readLastGoodManifest()).toBeUndefined();
  await expect(storeLastGoodManifest("{}")).resolves.toBeUndefined();
  await expect(keepOnlyWeights([digest])).resolves.toBeUndefined();
});
