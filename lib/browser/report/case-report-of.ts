import { isFinal, type Reading } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";
import {
  type CaseIdentity,
  type CaseModel,
  type CaseReport,
  withoutIdentity,
} from "@/lib/report/case-report";

export interface ReportContext {
  /** Manifests of the model versions that were used in this tab, by digest. */
  manifests: ReadonlyMap<string, ModelManifest>;
  includeIdentity: boolean;
  now: Date;
}

/** Whether there is something to report: a result, a refusal or a failure. */
export function isReportable({ step }: Reading): boolean {
  return isFinal(step) && step !== "cancelled";
}

/** A reading as reports tell it; without identity unless asked. @param number its place in the list, from 1 */
export function caseReportOf(reading: Reading, number: number, context: ReportContext): CaseReport {
  const { facts, prediction, readBy } = reading;
  const manifest = readBy ? context.manifests.get(readBy.manifestDigest) : undefined;
  const report: CaseReport = {
    number,
    outcome: reading.step === "done" ? "ok" : reading.step === "refused" ? "refused" : "failed",
    readAt: reading.readAt ?? context.now.toISOString(),
    file: {
      digest: reading.digest,
      sizeBytes: reading.sizeBytes,
      format: facts?.format ?? null,
      width: facts?.width ?? null,
      height: facts?.height ?? null,
      frame: reading.frame + 1,
      frameCount: reading.frameCount,
      synthetic: reading.origin === "sample",
    },
    prediction: prediction && {
      label: prediction.label,
      probability: prediction.probability,
      threshold: prediction.threshold,
      uncertain: prediction.uncertain,
      uncertainBand: bandOf(manifest),
      logit: prediction.logit,
      backend: prediction.backend,
    },
    model: readBy && modelOf(readBy, manifest, reading.revoked),
    cautions: reading.cautions,
    refusal: reading.refusal ?? [],
    failure: reading.failure && { code: reading.failure.code, message: reading.failure.message },
    identity: identityOf(reading),
  };
  return context.includeIdentity ? report : withoutIdentity(report);
}

function bandOf(manifest: ModelManifest | undefined): { low: number; high: number } | null {
  const band = manifest?.uncertainBand;
  return band ? { low: band.low, high: band.high } : null;
}

function modelOf(
  { modelVersion, serial, manifestDigest }: NonNullable<Reading["readBy"]>,
  manifest: ModelManifest | undefined,
  revocation: Reading["revoked"],
): CaseModel {
  return {
    version: modelVersion,
    serial,
    manifestDigest,
    weightsDigest: manifest?.weights.digest ?? null,
    sensitivity: manifest?.metrics.sensitivity ?? null,
    specificity: manifest?.metrics.specificity ?? null,
    heldOutPatients: manifest?.dataset.heldOutPatients ?? null,
    revoked: revocation && { reason: revocation.reason, revokedAt: revocation.revokedAt },
  };
}

function identityOf({ name, folder, facts }: Reading): CaseIdentity {
  const { identity, reference, sex } = facts?.dicom ?? {};
  return {
    fileName: name,
    folder,
    patientName: identity?.patientName ?? null,
    patientId: identity?.patientId ?? null,
    birthDate: identity?.birthDate ?? null,
    sex: sex ?? null,
    accessionNumber: reference?.accessionNumber ?? null,
    studyDate: reference?.studyDate ?? null,
    studyUid: reference?.studyUid ?? null,
    seriesUid: reference?.seriesUid ?? null,
    instanceUid: reference?.instanceUid ?? null,
  };
}
