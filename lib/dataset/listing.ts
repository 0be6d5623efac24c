import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { z } from "zod";
import type { Digest } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import { splitSchema } from "@/lib/training/job";

export const datasetCaseSchema = z.strictObject({
  caseId: z.string().min(1).describe("path inside the dataset folder, with forward slashes"),
  patientId: z.string().min(1),
  label: z.union([z.literal(0), z.literal(1)]).describe("0 NORMAL, 1 PNEUMONIA"),
  split: splitSchema,
  digest: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe("what DVC knows the image by; absent in listings made before versions had it"),
  sizeBytes: z.int().min(0),
  path: z.string().min(1),
});
export type DatasetCase = z.infer<typeof datasetCaseSchema>;

const share = z.number().min(0).max(1);

/** A dataset version: which images, whose, with which label and on which side. Sorted by caseId. */
export const datasetListingSchema = z.strictObject({
  schema: z.literal("pneumoscope.dataset/1"),
  salt: z.string().min(1),
  shares: z.strictObject({ train: share, validation: share, test: share }),
  cases: z.array(datasetCaseSchema),
});
export type DatasetListing = z.infer<typeof datasetListingSchema>;

export const classNames = ["NORMAL", "PNEUMONIA"] as const;

/**
 * Refuses a listing that cannot be trained and judged on: an empty class, a class without cases on a side that has a
 * share (an evaluation set has the side “test” alone), a case listed twice, cases out of order, a patient on two sides.
 * @throws DATASET_INVALID, naming the class, the split or the case
 */
export function validateListing(listing: DatasetListing): void {
  requireOrder(listing.cases);
  requireOneSidePerPatient(listing.cases);
  for (const [label, className] of classNames.entries()) {
    const cases = listing.cases.filter((item) => item.label === label);
    if (cases.length === 0) {
      throw invalid(`class ${className} has no images; put them into a folder named ${className}`);
    }
    for (const split of splitSchema.options.filter((side) => listing.shares[side] > 0)) {
      if (cases.some((item) => item.split === split)) continue;
      const patients = new Set(cases.map((item) => item.patientId)).size;
      throw invalid(
        `class ${className} has no ${split} cases among its ${patients} patient(s); ` +
          "patients are assigned to train, validation and test by a hash of their name, so add more patients",
      );
    }
  }
}

function requireOrder(cases: DatasetCase[]): void {
  for (let index = 1; index < cases.length; index++) {
    const previous = cases[index - 1]?.caseId ?? "";
    const current = cases[index]?.caseId ?? "";
    if (previous === current) throw invalid(`case ${current} is listed twice`);
    if (previous > current) throw invalid(`cases are not sorted: ${previous} comes before ${current}`);
  }
}

function requireOneSidePerPatient(cases: DatasetCase[]): void {
  const sides = new Map<string, string>();
  for (const { patientId, split } of cases) {
    const side = sides.get(patientId) ?? split;
    if (side !== split) throw invalid(`patient ${patientId} is in both ${side} and ${split}`);
    sides.set(patientId, side);
  }
}

export function invalid(reason: string): PneumoscopeError {
  return new PneumoscopeError("DATASET_INVALID", `Dataset: ${reason}.`);
}

/** The same listing always gives the same bytes: RFC 8785 canonical JSON in UTF-8. */
export function canonicalListingBytes(listing: DatasetListing): Uint8Array {
  return utf8ToBytes(canonicalize(listing) ?? "");
}

/** The dataset version's address: SHA-256 of its canonical bytes. */
export function listingDigest(listing: DatasetListing): Digest {
  return `sha256:${bytesToHex(sha256(canonicalListingBytes(listing)))}`;
}

/**
 * Reads a stored listing.
 * @throws DATASET_INVALID where the bytes are no listing, or one that validateListing refuses
 */
export function parseListing(bytes: Uint8Array): DatasetListing {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new PneumoscopeError("DATASET_INVALID", "Dataset: the listing is not JSON.", { cause });
  }
  const parsed = datasetListingSchema.safeParse(json);
  if (!parsed.success) throw invalid(`the listing does not fit its schema: ${z.prettifyError(parsed.error)}`);
  validateListing(parsed.data);
  return parsed.data;
}
