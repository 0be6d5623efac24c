import { headBytes, kindOfContent } from "@/lib/archive/what-is-it";
import type { ArtifactStore } from "@/lib/artifacts/store";
import type { Md5 } from "@/lib/dvc/md5";
import { describeError } from "@/lib/errors";
import { digestOf, digestOfSync } from "@/lib/manifest";
import { decodeRadiograph } from "@/lib/xray/decode-radiograph";
import type { Radiograph } from "@/lib/xray/radiograph";
import type { SourceFileEntry } from "./dataset-source";
import { collision, type FileFacts, findFileByMd5, keepFile, md5Of } from "./file-facts";

export interface KeptFile {
  md5: Md5;
  facts: FileFacts | null;
  isNew: boolean;
  bad?: string;
}

/**
 * Stores a file's bytes: an image that decodes, and where `keepsOthers` says so anything else.
 * @param counts whether it is meant to be a case
 * @throws DATASET_INVALID (another file's MD5), DISK_FULL
 */
export async function keepSourceFile(
  entry: SourceFileEntry,
  bytes: Uint8Array,
  { counts, keepsOthers, store }: { counts: boolean; keepsOthers: boolean; store: ArtifactStore },
): Promise<KeptFile> {
  const md5 = md5Of(bytes);
  const known = await findFileByMd5(store, md5);
  if (known && (known.image || !counts)) {
    if (known.digest !== (await digestOf(bytes))) throw collision(md5);
    return { md5, facts: known, isNew: false };
  }
  const asOther = async (bad?: string): Promise<KeptFile> => ({
    md5,
    facts: keepsOthers ? await keepFile(store, bytes, { md5, image: false }) : null,
    isNew: false,
    ...(bad === undefined ? {} : { bad }),
  });
  if (!counts) return asOther();
  if (entry.kind === "unknown" && isClutter(entry, bytes)) return asOther();
  const image = await decode(bytes);
  if ("reason" in image) return asOther(image.reason);
  const isNew = (await store.stat(await digestOf(bytes))) === null;
  return { md5, facts: await keepFile(store, bytes, { md5, image: true, ...image }), isNew };
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
