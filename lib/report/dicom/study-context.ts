import type { DicomFacts } from "@/lib/xray/radiograph";
import type { CaseReport } from "../case-report";
import { randomUid, uidFromName } from "./uid";
import { type DicomItem, dicomInstant, fitted } from "./write-dicom";

/** The image a reading was made of, where a report may say which. */
export interface SourceImage {
  classUid: string;
  instanceUid: string;
  seriesUid: string;
  /** From 1; null for an image of one frame. */
  frame: number | null;
  modality: string | null;
}

/** Patient and study that a new object belongs to. */
export interface StudyContext {
  patient: DicomItem;
  study: DicomItem;
  studyUid: string;
  source: SourceImage | null;
}

export interface StudyOptions {
  /** What the source file says of itself, where the report may carry it; null to leave the patient out. */
  facts: DicomFacts | null;
  /** Whether the source was a DICOM file: then leaving the patient out is said in the new one. */
  wasDicom: boolean;
  now: Date;
}

// Ties the objects of one case together without telling which study they came from. Lives as long as the tab.
const salt = randomUid();

/**
 * Where a report belongs. With the source's facts it joins the source's study: the patient and study as the file states them,
 * and a reference to the image. Without, or for a file that is not DICOM, it is a study of its own with an empty
 * patient: new UIDs, the same for every object made from the same file in this tab, the date of the
 * export, and no reference.
 */
export function studyContext(report: CaseReport, { facts, wasDicom, now }: StudyOptions): StudyContext {
  const studyUid = facts?.reference.studyUid;
  if (facts && studyUid) return joinedStudy(report, facts, studyUid);
  const { date, time } = dicomInstant(now);
  const key = report.file.digest ?? `reading ${report.number}`;
  const ownStudyUid = uidFromName(`${salt} ${key}`);
  const pseudonym = report.file.digest ? report.file.digest.replace("sha256:", "").slice(0, 16) : "";
  return {
    patient: {
      PatientName: "",
      PatientID: pseudonym,
      PatientBirthDate: "",
      PatientSex: "",
      ...(wasDicom
        ? { PatientIdentityRemoved: "YES", DeidentificationMethod: "Only pixels and results kept" }
        : {}),
    },
    study: {
      StudyDate: date,
      StudyTime: time,
      AccessionNumber: "",
      ReferringPhysicianName: "",
      StudyInstanceUID: ownStudyUid,
      StudyID: "1",
    },
    studyUid: ownStudyUid,
    source: null,
  };
}

function joinedStudy(report: CaseReport, facts: DicomFacts, studyUid: string): StudyContext {
  const { reference, identity } = facts;
  const { classUid, instanceUid, seriesUid } = reference;
  return {
    patient: {
      PatientName: identity.patientName ?? "",
      PatientID: fitted(identity.patientId ?? "", 64),
      PatientBirthDate: dateOrEmpty(identity.birthDate),
      PatientSex: ["M", "F", "O"].includes(facts.sex ?? "") ? (facts.sex as string) : "",
    },
    study: {
      StudyDate: dateOrEmpty(reference.studyDate),
      StudyTime: reference.studyTime ?? "",
      AccessionNumber: fitted(reference.accessionNumber ?? "", 16),
      ReferringPhysicianName: reference.referringPhysician ?? "",
      StudyInstanceUID: studyUid,
      StudyID: fitted(reference.studyId ?? "", 16),
    },
    studyUid,
    source:
      classUid && instanceUid && seriesUid
        ? {
            classUid,
            instanceUid,
            seriesUid,
            frame: report.file.frameCount > 1 ? report.file.frame : null,
            modality: facts.modality,
          }
        : null,
  };
}

function dateOrEmpty(date: string | null): string {
  return date && /^\d{8}$/.test(date) ? date : "";
}
