import { parse, stringify } from "yaml";
import { z } from "zod";
import type { Digest } from "@/lib/artifacts/store";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { isInside } from "./dir-listing";
import { type Md5, md5Pattern } from "./md5";

/** How a remote is laid out: DVC 3 under `files/md5/`, DVC 2 without it (and text hashed with LF line ends). */
export type DvcGeneration = 3 | 2;

/** The folder that a `.dvc` file points at. */
export interface DvcPointer {
  /** Of the `.dir` object, without the suffix. */
  md5: Md5;
  /** Of all files together; absent where the file does not say. */
  sizeBytes?: number | undefined;
  fileCount?: number | undefined;
  /** The folder's name, relative to the `.dvc` file. */
  path: string;
  generation: DvcGeneration;
  /** The dataset version that this folder is, where whoever wrote the file said so and the folder is still the same. */
  listing?: Digest | undefined;
}

const outSchema = z.object({
  md5: z.string().optional(),
  size: z.int().min(0).optional(),
  nfiles: z.int().min(0).optional(),
  hash: z.string().optional(),
  path: z.string().min(1),
});
/** DVC keeps `meta` as it finds it, also when the folder has changed; `dir` tells whether it has. */
const metaSchema = z.object({
  pneumoscope: z.object({
    dir: z.string().regex(md5Pattern),
    listing: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  }),
});
const pointerSchema = z.object({ outs: z.array(outSchema).min(1), meta: z.unknown().optional() });

/**
 * Reads a `.dvc` file of DVC 3 or 2 that tracks one folder. What DVC writes beside that (`deps`, `desc`, `meta`, …) is
 * ignored.
 * @param name for messages
 * @throws DATA_POINTER_INVALID
 */
export function parsePointer(text: string, name: string): DvcPointer {
  const parsed = pointerSchema.safeParse(yamlOf(text, name));
  if (!parsed.success) throw invalid(name, z.prettifyError(parsed.error));
  const [out, ...others] = parsed.data.outs;
  if (!out || others.length > 0)
    throw invalid(name, `it tracks ${parsed.data.outs.length} things, and one folder is wanted`);
  if (!isInside(out.path)) throw invalid(name, `it names ${out.path}, which is not beside it`);
  if (out.hash !== undefined && out.hash !== "md5")
    throw invalid(name, `its hash is ${out.hash}, and only md5 is read`);
  if (!out.md5)
    throw invalid(name, "it has no md5; data that lies in a versioned bucket as it is cannot be read");
  const md5 = /^([0-9a-f]{32})\.dir$/.exec(out.md5)?.[1];
  if (!md5) throw invalid(name, `it tracks a single file (${out.md5}), and a folder is wanted`);
  const ours = metaSchema.safeParse(parsed.data.meta).data?.pneumoscope;
  return {
    md5,
    listing: ours?.dir === md5 ? ours.listing : undefined,
    sizeBytes: out.size,
    fileCount: out.nfiles,
    path: out.path,
    generation: out.hash === undefined ? 2 : 3,
  };
}

/** A `.dvc` file as `dvc add FOLDER` of DVC 3 writes it, with the dataset version as its `meta`. */
export function writePointer(pointer: Omit<DvcPointer, "generation">): string {
  const { md5, sizeBytes, fileCount, path, listing } = pointer;
  const out = {
    md5: `${md5}.dir`,
    ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    ...(fileCount === undefined ? {} : { nfiles: fileCount }),
    hash: "md5",
    path,
  };
  const meta = listing === undefined ? {} : { meta: { pneumoscope: { dir: md5, listing } } };
  return stringify({ outs: [out], ...meta }, { indentSeq: false, lineWidth: 0 });
}

/**
 * Where DVC keeps an object below a remote's or a cache's root.
 * @param suffix ".dir" for the listing of a folder
 */
export function objectPath(md5: Md5, suffix: "" | ".dir" = "", generation: DvcGeneration = 3): string {
  const path = `${md5.slice(0, 2)}/${md5.slice(2)}${suffix}`;
  return generation === 3 ? `files/md5/${path}` : path;
}

/** Where a version's listing lies below a remote's root: beside DVC's objects, which DVC leaves alone. */
export function listingPath(digest: Digest): string {
  return `pneumoscope/listings/${digest.slice("sha256:".length)}.json`;
}

function yamlOf(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(name, describeError(cause), cause);
  }
}

function invalid(name: string, reason: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError(
    "DATA_POINTER_INVALID",
    `${name} is not a .dvc file that can be used: ${reason}. It must track one folder, as “dvc add FOLDER” writes it.`,
    { cause },
  );
}
