/** What a file held, as the viewer shows it and as the model's path starts from it. Structured-cloneable. */
export interface Radiograph {
  format: "DICOM" | "JPEG" | "PNG" | "WebP" | "BMP" | "TIFF";
  width: number;
  height: number;
  /** [height × width], row-major, upright; for DICOM after the modality transform (rescale or modality LUT). */
  values:
    | Uint8Array<ArrayBuffer>
    | Uint16Array<ArrayBuffer>
    | Int16Array<ArrayBuffer>
    | Float32Array<ArrayBuffer>;
  /** Of the values; in DICOM without those that pad the image. */
  minimum: number;
  maximum: number;
  /** How values become gray at first: the file's own, else the full range. */
  voi: Voi;
  /** Others that the file offers, with the names it gives them. */
  presets: { name: string; voi: Voi }[];
  /** MONOCHROME1: low values are shown white. Applied after the VOI transform. */
  inverted: boolean;
  /** Height of a pixel divided by its width; 1 where the file does not say. */
  pixelAspect: number;
  /** Zero-based. */
  frame: number;
  frameCount: number;
  /** Mean over pixels of (largest − smallest channel) ÷ 255; 0 for a grayscale file. */
  colour: number;
  dicom: DicomFacts | null;
}

/** Value of interest: which values are spread from black to white (DICOM PS3.3 C.11.2). */
export type Voi =
  | { kind: "window"; center: number; width: number; shape: "linear" | "linear-exact" | "sigmoid" }
  | {
      kind: "table";
      firstValue: number;
      /** 0 to 255; values before the first and after the last take the first and last. */
      levels: Float32Array<ArrayBuffer>;
    };

/** What a DICOM file says of itself. Everything it leaves out is null. */
export interface DicomFacts {
  transferSyntax: { uid: string; name: string };
  modality: string | null;
  bodyPart: string | null;
  /** ViewPosition, else told from the view code sequence: "PA", "AP", "LL", … */
  view: string | null;
  /** From PatientAge, else birth and study date. */
  ageYears: number | null;
  sex: string | null;
  photometric: string;
  bitsAllocated: number;
  bitsStored: number;
  signed: boolean;
  samplesPerPixel: number;
  rows: number;
  columns: number;
  lossy: boolean;
  /** What a report that references the study needs. */
  reference: {
    studyUid: string | null;
    seriesUid: string | null;
    instanceUid: string | null;
    classUid: string | null;
    studyDate: string | null;
    studyTime: string | null;
    studyId: string | null;
    accessionNumber: string | null;
    referringPhysician: string | null;
  };
  /** Names a person. Stays in the tab; leaves it only in a report the reader exports and asks to carry it. */
  identity: {
    /** As DICOM writes it: "Family^Given^Middle^Prefix^Suffix", where there are several scripts with "=" between them. */
    patientName: string | null;
    patientId: string | null;
    birthDate: string | null;
  };
}
