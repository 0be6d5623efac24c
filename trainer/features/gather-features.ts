import type { Backbone } from "../engines/engine";
import type { FeatureCounts, FeatureShelf } from "./feature-cache";

/** Features that were asked for: those that were kept are on their way from the disk. */
export interface AskedFeatures {
  keys: readonly string[];
  /** Places of those that nobody has kept. */
  missing: number[];
  kept: Promise<(Uint16Array | undefined)[]>;
}

export function askFeatures(shelf: FeatureShelf, keys: readonly string[]): AskedFeatures {
  const missing: number[] = [];
  const reads = keys.map((key, place) => {
    if (shelf.has(key)) return shelf.read(key);
    missing.push(place);
    return Promise.resolve(undefined);
  });
  return { keys, missing, kept: Promise.all(reads) };
}

/**
 * All of them, one after the other: read, or computed and kept.
 * @param imagesAt the network's input for some of the places
 * @returns [keys × length], half precision as its bits
 */
export async function gatherFeatures(
  { keys, kept }: AskedFeatures,
  { backbone, shelf, counts }: { backbone: Backbone; shelf: FeatureShelf; counts: FeatureCounts },
  imagesAt: (places: readonly number[]) => Promise<Float32Array>,
): Promise<Uint16Array> {
  const { length } = backbone;
  const features = new Uint16Array(keys.length * length);
  const absent: number[] = [];
  for (const [place, values] of (await kept).entries()) {
    if (values) features.set(values, place * length);
    else absent.push(place);
  }
  if (absent.length === 0) return features;
  const computed = await backbone.features(await imagesAt(absent), absent.length);
  counts.computed += absent.length;
  const entries = absent.map((place, i) => {
    const values = computed.subarray(i * length, (i + 1) * length);
    features.set(values, place * length);
    return { key: keys[place] as string, values };
  });
  await shelf.write(entries);
  return features;
}
