import { setImmediate as nextTurn } from "node:timers/promises";
import type { ArtifactStore, Digest } from "@/lib/artifacts/store";
import { type ImageMeasures, measuredSize } from "@/lib/dataset-report/image-measures";
import { detailCorrelation, localDetail } from "@/lib/dataset-report/local-detail";
import { candidateRadius, type ImagePair } from "@/lib/dataset-report/pairs";
import { type HashPair, nearPairs, packHashes } from "@/lib/dataset-report/perceptual-hash";
import { readModelGray } from "./measure-images";

/** Some ten milliseconds of comparing 5,000 hashes, after which others have their turn. */
const rowsAtOnce = 200;
/** Details kept in memory, 12 kB each. */
const detailsAtOnce = 2000;

/** The pairs of images whose hashes are near, each with the correlation of its detail, read from the images themselves. */
export async function findPairs(
  store: ArtifactStore,
  measuresOf: ReadonlyMap<Digest, ImageMeasures>,
): Promise<ImagePair[]> {
  const images = [...measuresOf].sort(([a], [b]) => (a < b ? -1 : 1));
  const candidates = await findCandidates(images.map(([, measures]) => measures.hash));
  const details = new Map<Digest, Float32Array>();
  const pairs: ImagePair[] = [];
  for (const candidate of candidates) {
    const [first] = images[candidate.first] ?? [];
    const [second] = images[candidate.second] ?? [];
    if (first === undefined || second === undefined) continue;
    const correlation = detailCorrelation(await detailOf(first), await detailOf(second));
    pairs.push({ first, second, distance: candidate.distance, correlation });
  }
  return pairs;

  async function detailOf(digest: Digest): Promise<Float32Array> {
    const known = details.get(digest);
    if (known) return known;
    const { gray } = await readModelGray(store, digest);
    const detail = localDetail(gray, measuredSize);
    if (details.size >= detailsAtOnce) details.clear();
    details.set(digest, detail);
    await nextTurn();
    return detail;
  }
}

async function findCandidates(hashes: readonly string[]): Promise<HashPair[]> {
  const packed = packHashes(hashes);
  const found: HashPair[] = [];
  for (let from = 0; from < hashes.length; from += rowsAtOnce) {
    const to = Math.min(hashes.length, from + rowsAtOnce);
    found.push(...nearPairs(packed, candidateRadius, from, to));
    await nextTurn();
  }
  return found;
}
