import type { Split } from "@/lib/training/job";
import { assignSplit, defaultSalt, defaultShares, type SplitShares } from "./assign-split";
import { classNames, type DatasetCase, type DatasetListing, invalid, validateListing } from "./listing";
import { patientKey } from "./patient-key";

/**
 * An image file of a dataset folder; `path` is relative to the folder, with either kind of slash. What is absent is
 * told from the path: the label from its folder, the patient from its name, the side from the patient.
 */
export interface DatasetFile {
  path: string;
  digest: DatasetCase["digest"];
  sizeBytes: number;
  md5?: string | undefined;
  label?: DatasetCase["label"] | undefined;
  patientId?: string | undefined;
  split?: Split | undefined;
}

/** Names of the formats that are read; DICOM files often have no extension, or a number for a name. */
const imageName = /\.(jpe?g|png|webp|bmp|tiff?|dcm|dicom)$|^[^.]+$|^[\d.]+$/i;
const heldOutOrder: Record<Split, number> = { test: 0, validation: 1, train: 2 };

/**
 * The label that a file's folder gives it: 0 under NORMAL/, 1 under PNEUMONIA/, in any case, the class
 * folder being the file's own. Null for anything else: other folders, other types, hidden files. The
 * folders above (train/, val/, test/) carry no meaning: all are pooled and split again by patient.
 */
export function labelOfPath(path: string): DatasetCase["label"] | null {
  const parts = path.split(/[\\/]/);
  const name = parts.at(-1) ?? "";
  if (!imageName.test(name) || parts.some((part) => part.startsWith(".") && part !== ".")) return null;
  const className = parts.at(-2)?.toUpperCase();
  if (className === classNames[0]) return 0;
  return className === classNames[1] ? 1 : null;
}

/**
 * The dataset version of a folder's files. Files without a label that labelOfPath does not know are ignored.
 * Where the same bytes appear under patients on different sides, only the most held-out side keeps them
 * (test, then validation, then train), so that no held-out image is trained on and every patient still
 * keeps its side. The result has fewer cases than files by the number of those.
 * @throws DATASET_INVALID as validateListing, and where the same bytes are in both classes
 */
export function buildListing(
  files: readonly DatasetFile[],
  salt: string = defaultSalt,
  shares: SplitShares = defaultShares,
): DatasetListing {
  const cases: DatasetCase[] = [];
  for (const file of files) {
    const label = file.label ?? labelOfPath(file.path);
    if (label === null) continue;
    const caseId = normalisePath(file.path);
    const patientId = file.patientId ?? patientKey(caseId);
    const split = file.split ?? assignSplit(patientId, salt, shares);
    const { digest, sizeBytes, md5 } = file;
    cases.push({
      caseId,
      patientId,
      label,
      split,
      digest,
      ...(md5 === undefined ? {} : { md5 }),
      sizeBytes,
      path: caseId,
    });
  }
  cases.sort((a, b) => (a.caseId < b.caseId ? -1 : a.caseId > b.caseId ? 1 : 0));
  const listing: DatasetListing = {
    schema: "pneumoscope.dataset/1",
    salt,
    shares: { ...shares },
    cases: withoutLeaks(cases),
  };
  validateListing(listing);
  return listing;
}

/** A path as a listing has it: forward slashes, no leading "./". */
export function normalisePath(path: string): string {
  return path.replaceAll("\\", "/").replace(/^\.\//, "");
}

function withoutLeaks(cases: DatasetCase[]): DatasetCase[] {
  const first = new Map<string, DatasetCase>();
  const side = new Map<string, Split>();
  for (const item of cases) {
    const other = first.get(item.digest);
    if (other && other.label !== item.label) {
      throw invalid(`${other.caseId} and ${item.caseId} are the same image in both classes; remove one`);
    }
    first.set(item.digest, other ?? item);
    const known = side.get(item.digest);
    if (known === undefined || heldOutOrder[item.split] < heldOutOrder[known])
      side.set(item.digest, item.split);
  }
  return cases.filter((item) => side.get(item.digest) === item.split);
}
