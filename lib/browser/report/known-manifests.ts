import type { ModelState } from "@/lib/browser/predict/messages";
import type { ModelManifest } from "@/lib/manifest";

const known = new Map<string, ModelManifest>();

/** Keeps the manifest of each version that was used in this tab: a list may hold readings of several. */
export function rememberManifest(model: ModelState): ReadonlyMap<string, ModelManifest> {
  if (model.phase === "ready") known.set(model.model.manifestDigest, model.model.manifest);
  return known;
}
