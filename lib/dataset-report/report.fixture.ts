import { buildListing, type DatasetFile } from "@/lib/dataset/build-listing";
import type { DatasetListing } from "@/lib/dataset/listing";
import { digestOfSync } from "@/lib/manifest";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import { toModelGray } from "@/lib/xray/model-gray";
import type { ReportInput } from "./build-report";
import { type ImageMeasures, measuredSize, measureImage } from "./image-measures";
import { detailCorrelation, localDetail } from "./local-detail";
import { candidateRadius, type ImagePair } from "./pairs";
import { nearPairs, packHashes } from "./perceptual-hash";

/** [224 × 224] levels of a drawn radiograph. */
export function drawnGray(seed: number, side = 64): Uint8Array {
  const image = drawSyntheticRadiograph({ width: side, height: side, seed, pneumonia: seed % 2 === 0 });
  return toModelGray(image, measuredSize);
}

/** What the file of a gray image would be: here the levels themselves. */
export function fileOf(path: string, gray: Uint8Array): DatasetFile {
  return { path, digest: digestOfSync(gray), sizeBytes: gray.byteLength };
}

export interface DrawnVersion {
  listing: DatasetListing;
  measuresOf: Map<`sha256:${string}`, ImageMeasures>;
  grays: Map<`sha256:${string}`, Uint8Array>;
}

const measured = new Map<string, ImageMeasures>();

function measuresOfGray(gray: Uint8Array, digest: string): ImageMeasures {
  const measures = measured.get(digest) ?? measureImage(gray, { rows: 96, columns: 96 });
  measured.set(digest, measures);
  return measures;
}

/** The name of a drawn patient's file: even seeds have pneumonia. */
export function nameOf(seed: number): string {
  return seed % 2 === 0
    ? `PNEUMONIA/person${seed}_${seed % 4 === 0 ? "virus" : "bacteria"}_1.png`
    : `NORMAL/IM-${seed}-0001.png`;
}

export function drawnVersion(images: readonly (readonly [path: string, gray: Uint8Array])[]): DrawnVersion {
  const files = images.map(([path, gray]) => fileOf(path, gray));
  const grays = new Map(images.map(([, gray]) => [digestOfSync(gray), gray]));
  const measuresOf = new Map([...grays].map(([digest, gray]) => [digest, measuresOfGray(gray, digest)]));
  return { listing: buildListing(files), measuresOf, grays };
}

/** The candidates of a version with their correlation, as lib/server finds them. */
export function pairsOf({ grays, measuresOf }: DrawnVersion): ImagePair[] {
  const images = [...measuresOf].sort(([a], [b]) => (a < b ? -1 : 1));
  const details = images.map(([digest]) => localDetail(grays.get(digest) as Uint8Array, measuredSize));
  return nearPairs(packHashes(images.map(([, { hash }]) => hash)), candidateRadius).map(
    ({ first, second, distance }) => ({
      first: images[first]?.[0] as `sha256:${string}`,
      second: images[second]?.[0] as `sha256:${string}`,
      distance,
      correlation: detailCorrelation(details[first] as Float32Array, details[second] as Float32Array),
    }),
  );
}

export function reportInput(version: DrawnVersion, changes: Partial<ReportInput> = {}): ReportInput {
  return {
    datasetDigest: `sha256:${"0".repeat(64)}`,
    listing: version.listing,
    measuresOf: version.measuresOf,
    unreadable: new Map(),
    pairs: pairsOf(version),
    undecodable: [],
    leftOutCopies: [],
    previous: null,
    ...changes,
  };
}
