import { headBytes, kindOfContent } from "@/lib/archive/what-is-it";
import type { ArtifactStore } from "@/lib/artifacts/store";
import type { Md5 } from "@/lib/dvc/md5";
import { describeError, PneumoscopeError } from "@/lib/errors";
import { digestOf, digestOfSync } from "@/lib/manifest";
import { decodeRadiograph } from "@/lib/xray/decode-radiograph";
import type { Radiograph } from "@/lib/xray/radiograph";
import { fatalCodes, type SourceFileEntry } from "./dataset-source";
import { collision, type FileFacts, findFileByMd5, keepFile, md5Of } from "./file-facts";

/** What became of one file of a source. */
export interface KeptFile {
  path: string;
  md5: Md5 | null;
  /** Null where it was not kept. */
  facts: FileFacts | null;
  /** Whether it was meant to be a case. */
  counts: boolean;
  /** Whether the store did not hold the image before. */
  isNew: boolean;
  /** Why it cannot be used. */
  bad?: string;
}

export interface KeepOptions {
  store: ArtifactStore;
  /** Whether the file is meant to be a case. */
  counts: boolean;
  /** Whether what is no image is kept too. */
  keepsOthers: boolean;
}

/**
 * Reads a file of a source and stores it: an image that decodes, and where `keepsOthers` says so anything else. What the
 * store knows by the MD5 that the source states is not read.
 * @throws fatalCodes of the source, DATASET_INVALID (another file's MD5), DISK_FULL
 */
export async function keepSourceFile(entry: SourceFileEntry, options: KeepOptions): Promise<KeptFile> {
  const { store, counts } = options;
  const { path, md5 } = entry;
  const facts = md5 === undefined ? null : await findFileByMd5(store, md5);
  if (facts?.image && md5 !== undefined) return { path, md5, facts, counts, isNew: false };
  let bytes: Uint8Array;
  try {
    // What the store holds under this MD5 and is no image is decoded again: decoders learn.
    bytes = facts ? await store.get(facts.digest) : await entry.read();
  } catch (error) {
    if (error instanceof PneumoscopeError && fatalCodes.has(error.code)) throw error;
    return { path, md5: null, facts: null, counts, isNew: false, bad: describeError(error) };
  }
  return keepBytes(entry, bytes, options);
}

async function keepBytes(
  entry: SourceFileEntry,
  bytes: Uint8Array,
  { store, counts, keepsOthers }: KeepOptions,
): Promise<KeptFile> {
  const md5 = md5Of(bytes);
  const known = await findFileByMd5(store, md5);
  if (known && (known.image || !counts)) {
    if (known.digest !== (await digestOf(bytes))) throw collision(md5);
    return { path: entry.path, md5, facts: known, counts, isNew: false };
  }
  const asOther = async (bad?: string): Promise<KeptFile> => ({
    path: entry.path,
    md5,
    counts,
    facts: keepsOthers ? await keepFile(store, bytes, { md5, image: false }) : null,
    isNew: false,
    ...(bad === undefined ? {} : { bad }),
  });
  if (!counts) return asOther();
  if (entry.kind === "unknown" && isClutter(entry, bytes)) return asOther();
  const image = await decode(bytes);
  if ("reason" in image) return asOther(image.reason);
  const isNew = (await store.stat(await digestOf(bytes))) === null;
  const facts = await keepFile(store, bytes, { md5, image: true, ...image });
  return { path: entry.path, md5, facts, counts, isNew };
}

async function decode(bytes: Uint8Array): Promise<{ patientId: string | undefined } | { reason: string }> {
  try {
    return { patientId: patientIdOf(await decodeRadiograph(bytes)) };
  } catch (error) {
    return { reason: describeError(error) };
  }
}

function isClutter({ path }: SourceFileEntry, bytes: Uint8Array): boolean {
  const name = path.split("/").at(-1) ?? path;
  return kindOfContent(name, bytes.subarray(0, headBytes)).kind !== "candidate";
}

/**
 * The patient that a DICOM file names, as a pseudonym: listings go to the record and to remotes, identifiers of patients
 * do not. The same identifier gives the same pseudonym everywhere; whoever can list the identifiers can find it again.
 */
function patientIdOf(radiograph: Radiograph): string | undefined {
  const stated = radiograph.dicom?.identity.patientId?.trim();
  if (!stated) return undefined;
  return `dicom-${digestOfSync(new TextEncoder().encode(stated)).slice(7, 23)}`;
}
