/** A coded entry of a DICOM structured report: value, scheme, meaning. */
export type Code = readonly [value: string, scheme: string, meaning: string];

/** Our own codes, for what no public scheme has one; the scheme is named in each file that uses it. */
export const ownScheme = "99PNEUMOSCOPE";

/** Each is checked against PS3.16 (DCM), SNOMED CT (SCT), UCUM or RFC 5646. */
export const codes = {
  imagingMeasurementReport: ["126000", "DCM", "Imaging Measurement Report"],
  language: ["121049", "DCM", "Language of Content Item and Descendants"],
  english: ["en", "RFC5646", "English"],
  french: ["fr", "RFC5646", "French"],
  observerType: ["121005", "DCM", "Observer Type"],
  device: ["121007", "DCM", "Device"],
  deviceUid: ["121012", "DCM", "Device Observer UID"],
  deviceName: ["121013", "DCM", "Device Observer Name"],
  deviceManufacturer: ["121014", "DCM", "Device Observer Manufacturer"],
  deviceModelName: ["121015", "DCM", "Device Observer Model Name"],
  procedureReported: ["121058", "DCM", "Procedure reported"],
  plainChestXray: ["399208008", "SCT", "Plain chest X-ray"],
  imageLibrary: ["111028", "DCM", "Image Library"],
  imageLibraryGroup: ["126200", "DCM", "Image Library Group"],
  modality: ["121139", "DCM", "Modality"],
  imagingMeasurements: ["126010", "DCM", "Imaging Measurements"],
  measurementGroup: ["125007", "DCM", "Measurement Group"],
  trackingIdentifier: ["112039", "DCM", "Tracking Identifier"],
  trackingUid: ["112040", "DCM", "Tracking Unique Identifier"],
  finding: ["121071", "DCM", "Finding"],
  pneumonia: ["233604007", "SCT", "Pneumonia"],
  findingSite: ["363698007", "SCT", "Finding Site"],
  lung: ["39607008", "SCT", "Lung"],
  certaintyOfFinding: ["111012", "DCM", "Certainty of Finding"],
  equivalentMeaning: ["121050", "DCM", "Equivalent Meaning of Concept Name"],
  sourceOfMeasurement: ["121112", "DCM", "Source of Measurement"],
  percent: ["%", "UCUM", "Percent"],
  algorithmName: ["111001", "DCM", "Algorithm Name"],
  algorithmParameters: ["111002", "DCM", "Algorithm Parameters"],
  algorithmVersion: ["111003", "DCM", "Algorithm Version"],
  findingContext: ["408729009", "SCT", "Finding context"],
  suspected: ["415684004", "SCT", "Suspected"],
  notSuspected: ["428263003", "SCT", "Not suspected"],
  yes: ["373066001", "SCT", "Yes"],
  no: ["373067005", "SCT", "No"],
  comment: ["121106", "DCM", "Comment"],
  threshold: ["threshold", ownScheme, "Decision threshold on the certainty of finding"],
  inUncertainBand: ["uncertain", ownScheme, "Certainty lies in the model's uncertain band"],
  fileDigest: ["file-digest", ownScheme, "SHA-256 of the file that was read"],
  sourceForProcessing: ["121322", "DCM", "Source image for image processing operation"],
} as const satisfies Record<string, Code>;

/** The modalities a radiograph may state, for the image library. */
export const modalityCodes: Record<string, Code> = {
  CR: ["CR", "DCM", "Computed Radiography"],
  DX: ["DX", "DCM", "Digital Radiography"],
  RG: ["RG", "DCM", "Radiographic imaging"],
  OT: ["OT", "DCM", "Other"],
};
