import { utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { z } from "zod";
import type { Digest } from "@/lib/artifacts/store";
import type { Subgroup } from "@/lib/dataset/patient-key";
import { PneumoscopeError } from "@/lib/errors";
import type { Split } from "@/lib/training/job";
import type { Distribution } from "./distribution";
import type { MeasureName } from "./image-measures";
import type { DuplicatePair } from "./pairs";
import type { Problem } from "./problems";
import type { VersionChange } from "./version-change";

export const reportSchema = "pneumoscope.dataset-report/1";

/** Images and patients of a part of a version. A patient with images of both classes counts once. */
export interface PartCounts {
  images: number;
  patients: number;
  normal: number;
  pneumonia: number;
  /** Images by the cause that their name states. */
  subgroups: Record<Subgroup, number>;
}

/** A file that is no part of the version; `path` is relative to the folder that was imported. */
export interface LeftOutFile {
  path: string;
  reason: string;
}

/** What is known of a dataset version. Plain JSON; the same version against the same previous one gives the same bytes. */
export interface DatasetReport {
  schema: typeof reportSchema;
  datasetDigest: Digest;
  /** The version that `change` compares with. */
  previousDigest: Digest | null;
  state: "passed" | "warnings" | "failed";
  /** Errors first. */
  problems: Problem[];
  counts: PartCounts & { sizeBytes: number; mostImagesOfOnePatient: number };
  splits: Record<Split, PartCounts>;
  /** Files that importing left out because they do not decode; above a share it makes no version at all. */
  undecodable: LeftOutFile[];
  undecodableShare: number;
  /** Copies of held-out images, which importing keeps out of training. */
  leftOutCopies: LeftOutFile[];
  duplicates: {
    /** Cases with the very same bytes, each group sorted. */
    identical: string[][];
    /** Confirmed pairs of different files. */
    near: DuplicatePair[];
    /** Pairs whose hashes are near but whose detail differs; at most `namedLookalikes` are kept. */
    lookalikes: { pairs: number; named: DuplicatePair[] };
    comparedPairs: number;
  };
  distributions: Record<MeasureName, Distribution>;
  change: VersionChange | null;
}

/** RFC 8785 canonical JSON in UTF-8. */
export function reportBytes(report: DatasetReport): Uint8Array {
  return utf8ToBytes(canonicalize(report) ?? "");
}

/** Reads a stored report. @throws DATASET_INVALID where the bytes are no report of this schema */
export function parseReport(bytes: Uint8Array): DatasetReport {
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const { schema } = z.object({ schema: z.string() }).parse(json);
  if (schema === reportSchema) return json as DatasetReport;
  throw new PneumoscopeError("DATASET_INVALID", `Dataset: “${schema}” is no report that this version reads.`);
}
