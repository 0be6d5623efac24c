import type { z } from "zod";
import type { caseModelSchema, casePredictionSchema, caseReportSchema, identitySchema } from "./case-schema";

// Types only: the page needs no schema library to make a report.
export type CaseIdentity = z.infer<typeof identitySchema>;
export type CasePrediction = z.infer<typeof casePredictionSchema>;
export type CaseModel = z.infer<typeof caseModelSchema>;
export type CaseReport = z.infer<typeof caseReportSchema>;

/**
 * The same report without what names the person: no identity, and no failure message, since a message names its file.
 * What stays: the file's digest and number, sizes, results, times of reading.
 */
export function withoutIdentity(report: CaseReport): CaseReport {
  return {
    ...report,
    identity: null,
    failure: report.failure && { ...report.failure, message: null },
  };
}

/** "sha256:0123…" → "0123456789ab": enough to find the file again by hand. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}

/** "pneumoscope-003-0123456789ab": a file name that names nobody. */
export function neutralName(report: CaseReport): string {
  const number = String(report.number).padStart(3, "0");
  return `pneumoscope-${number}${report.file.digest ? `-${shortDigest(report.file.digest)}` : ""}`;
}
