import { readFile } from "node:fs/promises";
import path from "node:path";
import { type ArtifactStore, type Digest, isDigest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { inDataDirectory } from "@/lib/node/data-directory";
import { writeFileAtomic } from "@/lib/node/write-file";
import { encodePng } from "@/lib/testing/encode-png";
import { decodeImage } from "@/lib/xray/decode-image";
import { resizeTriangle } from "@/lib/xray/resize-triangle";
import type { GrayImage } from "@/lib/xray/types";
import { readListing } from "./read-listing";

/** The longer side in pixels: of one in a grid, and of one that is looked at. */
export const thumbnailSizes = { small: 160, large: 512 } as const;
export type ThumbnailSize = keyof typeof thumbnailSizes;

/** Raised when thumbnails are drawn otherwise, so that stored ones are drawn again. */
const drawing = 1;

/**
 * A small PNG of an image of a version, by our own decoder. It is kept in data/thumbnails; what a file says of its
 * patient is not in it.
 * @throws ARTIFACT_NOT_FOUND where the version has no such image; the IMAGE_ and DICOM_ errors
 */
export async function thumbnailOf(
  store: ArtifactStore,
  { version, image, size }: { version: Digest; image: Digest; size: ThumbnailSize },
): Promise<Uint8Array> {
  await requireMember(store, version, image);
  const hex = image.slice("sha256:".length);
  const file = path.join(thumbnailsFolder(), `${drawing}-${size}`, hex.slice(0, 2), `${hex}.png`);
  const kept = await readFile(file).catch(() => null);
  if (kept) return kept;
  return inTurn(async () => {
    const png = encodePng(shrink(await decodeImage(await store.get(image)), thumbnailSizes[size]));
    // Without room for it, it is drawn again the next time.
    await writeFileAtomic(path.resolve(file), png, { mode: 0o600 }).catch(() => undefined);
    return png;
  });
}

export function thumbnailsFolder(): string {
  return inDataDirectory("thumbnails");
}

/** The image that a file below the folder of thumbnails shows; null where it shows none as they are drawn now. */
export function imageOfThumbnail(file: string): Digest | null {
  const [folder = "", , name = ""] = path.relative(thumbnailsFolder(), file).split(path.sep);
  const digest = `sha256:${path.basename(name, ".png")}`;
  return folder.startsWith(`${drawing}-`) && isDigest(digest) ? digest : null;
}

/** Not every artifact's digest is an image that a doctor may ask for. */
async function requireMember(store: ArtifactStore, version: Digest, image: Digest): Promise<void> {
  const { cases } = await readListing(store, version);
  if (cases.some((item) => item.digest === image)) return;
  throw new PneumoscopeError("ARTIFACT_NOT_FOUND", `Dataset version ${version} has no image ${image}.`);
}

/** Smaller in its own proportions, never larger. */
export function shrink(image: GrayImage, longerSide: number): GrayImage {
  const scale = Math.min(1, longerSide / Math.max(image.width, image.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resizeTriangle(image, side(image.width), side(image.height));
}

let last: Promise<unknown> = Promise.resolve();

/** One image is decoded at a time: a page asks for two dozen at once, and a large one takes 100 MB. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work, work);
  last = next.catch(() => undefined);
  return next;
}
