import type { Reading } from "@/lib/browser/predict/reading";
import type { ReportKind } from "@/lib/browser/report/messages";
import { reportTypes } from "@/lib/browser/report/messages";
import { type CaseReport, neutralName } from "@/lib/report/case-report";

export type ExportScope = "case" | "list";

export const kindsOf: Record<ExportScope, readonly ReportKind[]> = {
  case: ["pdf", "structured-report", "secondary-capture"],
  list: ["csv", "json"],
};

export type KindChoice = Record<ExportScope, ReportKind>;

/** Why a kind cannot be made of a case; null where it can. */
export function obstacle(
  kind: ReportKind,
  reading: Reading | null,
  isShown: boolean,
): "noProbability" | "notShown" | "notValid" | null {
  if (kind === "structured-report" && reading?.revoked) return "notValid";
  if (kind === "structured-report" && !reading?.prediction) return "noProbability";
  if (kind === "secondary-capture" && !isShown) return "notShown";
  if (kind === "pdf" && !isShown && reading?.step !== "failed") return "notShown";
  return null;
}

/** Name of the file: the image's own only where identity is included. */
export function exportName(kind: ReportKind, report: CaseReport | null, now: Date): string {
  const { extension } = reportTypes[kind];
  if (!report) return `pneumoscope-${now.toISOString().slice(0, 10)}.${extension}`;
  const own = report.identity?.fileName.replace(/\.[^.]{1,5}$/, "").replace(/[/\\:*?"<>|\p{Cc}]/gu, "_");
  return `${own ? `${own}-pneumoscope` : neutralName(report)}.${extension}`;
}

type Part =
  | "partResult"
  | "partModel"
  | "partDigest"
  | "partTimes"
  | "partImage"
  | "partMap"
  | "partErrors"
  | "partPatient"
  | "partStudy"
  | "partFileNames";

/** What a file of this kind carries, and what it leaves out. */
export function partsOf(
  kind: ReportKind,
  options: { includeIdentity: boolean; hasMap: boolean; isDicom: boolean },
): { contains: Part[]; leftOut: Part[] } {
  const identity: Part[] = ["partPatient", "partStudy", "partFileNames"];
  const isDicomFile = kind === "structured-report" || kind === "secondary-capture";
  const carried = identity.filter(
    (part) => options.includeIdentity && (!isDicomFile || (options.isDicom && part !== "partFileNames")),
  );
  const results: Part[] = ["partResult", "partModel", "partTimes"];
  const hasPicture = kind === "pdf" || kind === "secondary-capture";
  const contains: Part[] = [
    ...(hasPicture ? (["partImage"] as const) : []),
    ...(hasPicture && options.hasMap ? (["partMap"] as const) : []),
    ...results,
    ...(kind === "secondary-capture" ? [] : (["partDigest"] as const)),
    ...(kind === "csv" || kind === "json" ? (["partErrors"] as const) : []),
    ...carried,
  ];
  const all: Part[] = hasPicture ? identity : ["partImage", ...identity];
  return { contains, leftOut: all.filter((part) => !contains.includes(part)) };
}
