import type { ActivationMap } from "@/lib/prediction/outcome";
import type { CaseReport } from "@/lib/report/case-report";
import type { CaseWords } from "@/lib/report/case-words";
import type { DicomFacts, Radiograph } from "@/lib/xray/radiograph";

/** Radiograph and map as they are drawn; the radiograph is null where the file could not be read. */
export interface CasePicture {
  radiograph: Radiograph | null;
  map: ActivationMap | null;
}

/** What a file is made of. A report in it is already without identity where that was not asked for. */
export type ReportJob =
  | { kind: "csv"; reports: CaseReport[]; includeIdentity: boolean; byteOrderMark: boolean }
  | { kind: "json"; reports: CaseReport[]; includeIdentity: boolean; disclaimer: string }
  | { kind: "pdf"; words: CaseWords; picture: CasePicture }
  | ({ kind: "structured-report" } & DicomJob)
  | ({ kind: "secondary-capture"; picture: CasePicture; derivation: string } & DicomJob);

export interface DicomJob {
  report: CaseReport;
  words: CaseWords;
  /** Null where identity was not asked for, or the source is not DICOM. */
  facts: DicomFacts | null;
  wasDicom: boolean;
}
export type ReportKind = ReportJob["kind"];

export type FromReportWorker =
  | { kind: "made"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "failed"; message: string };

export const reportTypes: Record<ReportKind, { extension: string; mediaType: string }> = {
  csv: { extension: "csv", mediaType: "text/csv;charset=utf-8" },
  json: { extension: "json", mediaType: "application/json" },
  pdf: { extension: "pdf", mediaType: "application/pdf" },
  "structured-report": { extension: "sr.dcm", mediaType: "application/dicom" },
  "secondary-capture": { extension: "sc.dcm", mediaType: "application/dicom" },
};
