import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { evidenceRange } from "@/lib/prediction/activation-map";
import { drawSyntheticRadiograph } from "@/lib/testing/synthetic-radiograph";
import type { DicomFacts, Radiograph } from "@/lib/xray/radiograph";
import type { CaseReport } from "./case-report";

/** Every one of these names a person and must not be in a report that leaves identity out. */
export const identifying = {
  fileName: "DUPONT_Élodie thorax.dcm",
  folder: "Patients/Dupont",
  patientName: "Dupont^Élodie",
  patientId: "IPP-8801234",
  birthDate: "20210704",
  accessionNumber: "ACC-55512",
  studyDate: "20260312",
  studyId: "ST-4711",
  referringPhysician: "Martin^Œdipe",
  studyUid: "1.2.826.0.1.3680043.8.498.1001",
  seriesUid: "1.2.826.0.1.3680043.8.498.1002",
  instanceUid: "1.2.826.0.1.3680043.8.498.1003",
};

export function exampleFacts(): DicomFacts {
  return {
    transferSyntax: { uid: "1.2.840.10008.1.2.1", name: "Explicit VR Little Endian" },
    modality: "DX",
    bodyPart: "CHEST",
    view: "PA",
    ageYears: 4,
    sex: "F",
    photometric: "MONOCHROME2",
    bitsAllocated: 16,
    bitsStored: 12,
    signed: false,
    samplesPerPixel: 1,
    rows: 96,
    columns: 128,
    lossy: false,
    reference: {
      studyUid: identifying.studyUid,
      seriesUid: identifying.seriesUid,
      instanceUid: identifying.instanceUid,
      classUid: "1.2.840.10008.5.1.4.1.1.1.1",
      studyDate: identifying.studyDate,
      studyTime: "081500",
      studyId: identifying.studyId,
      accessionNumber: identifying.accessionNumber,
      referringPhysician: identifying.referringPhysician,
    },
    identity: {
      patientName: identifying.patientName,
      patientId: identifying.patientId,
      birthDate: identifying.birthDate,
    },
  };
}

export function exampleRadiograph(width = 128, height = 96): Radiograph {
  const { data } = drawSyntheticRadiograph({ width, height, seed: 5, pneumonia: true });
  return {
    format: "DICOM",
    width,
    height,
    values: Uint16Array.from(data, (level) => level * 16),
    minimum: 0,
    maximum: 4095,
    voi: { kind: "window", center: 2048, width: 4096, shape: "linear" },
    presets: [],
    inverted: false,
    pixelAspect: 1,
    frame: 0,
    frameCount: 1,
    colour: 0,
    dicom: exampleFacts(),
  };
}

/** A map of 7 × 7 cells with its peak at the right below the middle. */
export function exampleMap() {
  const values = Float32Array.from({ length: 49 }, (_, at) => {
    const x = (at % 7) - 4.5;
    const y = Math.floor(at / 7) - 4;
    return evidenceRange * (0.95 * Math.exp(-(x * x + y * y) / 2) - 0.1);
  });
  return { side: 7, values, bias: 0.1 };
}

export function exampleReport(changes: Partial<CaseReport> = {}): CaseReport {
  const manifest = exampleManifest();
  return {
    number: 3,
    outcome: "ok",
    readAt: "2026-11-21T08:30:00.000Z",
    file: {
      digest: `sha256:${"5c".repeat(32)}`,
      sizeBytes: 24_576,
      format: "DICOM",
      width: 128,
      height: 96,
      frame: 1,
      frameCount: 1,
      synthetic: false,
    },
    prediction: {
      label: "PNEUMONIA",
      probability: 0.9134,
      threshold: 0.42,
      uncertain: false,
      uncertainBand: { low: 0.3, high: 0.6 },
      logit: 2.8251,
      backend: "wasm",
    },
    model: {
      version: manifest.version,
      serial: manifest.serial,
      manifestDigest: `sha256:${"d1".repeat(32)}`,
      weightsDigest: manifest.weights.digest,
      sensitivity: manifest.metrics.sensitivity,
      specificity: manifest.metrics.specificity,
      heldOutPatients: manifest.dataset.heldOutPatients,
      revoked: null,
    },
    cautions: [{ kind: "view", value: "LL" }],
    refusal: [],
    failure: null,
    identity: {
      fileName: identifying.fileName,
      folder: identifying.folder,
      patientName: identifying.patientName,
      patientId: identifying.patientId,
      birthDate: identifying.birthDate,
      sex: "F",
      accessionNumber: identifying.accessionNumber,
      studyDate: identifying.studyDate,
      studyUid: identifying.studyUid,
      seriesUid: identifying.seriesUid,
      instanceUid: identifying.instanceUid,
    },
    ...changes,
  };
}
