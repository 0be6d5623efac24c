import type { Digest } from "@/lib/artifacts/store";
import type { CasePrediction } from "@/lib/training/job";

/** Some 25 MB: twenty models on 5,000 images each. */
const mostKept = 100_000;

// The longest unused first.
const kept = new Map<string, readonly CasePrediction[]>();
let keptImages = 0;

/**
 * Predictions by weights, of those asked for lately from memory: who compares models changes the baseline, or adds one.
 * @param stamps by weights, a text that changes whenever their predictions on the set do
 * @param load reads those that are not in memory; weights without predictions are left out of what it returns
 */
export async function keptPredictions(
  set: Digest,
  stamps: ReadonlyMap<Digest, string>,
  load: (weights: Digest[]) => Promise<ReadonlyMap<Digest, readonly CasePrediction[]>>,
): Promise<Map<Digest, readonly CasePrediction[]>> {
  const found = new Map<Digest, readonly CasePrediction[]>();
  const missing: Digest[] = [];
  for (const [weights, stamp] of stamps) {
    const key = `${weights} ${set} ${stamp}`;
    const known = kept.get(key);
    if (known) {
      found.set(weights, known);
      kept.delete(key);
      kept.set(key, known);
    } else missing.push(weights);
  }
  if (missing.length === 0) return found;
  for (const [weights, loaded] of await load(missing)) {
    found.set(weights, loaded);
    keep(`${weights} ${set} ${stamps.get(weights)}`, loaded);
  }
  return found;
}

function keep(key: string, predictions: readonly CasePrediction[]): void {
  if (kept.has(key)) return;
  kept.set(key, predictions);
  keptImages += predictions.length;
  for (const [oldest, dropped] of kept) {
    if (keptImages <= mostKept) return;
    kept.delete(oldest);
    keptImages -= dropped.length;
  }
}
