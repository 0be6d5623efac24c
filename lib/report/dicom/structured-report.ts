import { type CaseModel, type CasePrediction, type CaseReport, shortDigest } from "../case-report";
import { type Code, codes, modalityCodes, ownScheme } from "./codes";
import { type SourceImage, type StudyContext, type StudyOptions, studyContext } from "./study-context";
import { randomUid, uidFromName } from "./uid";
import { type DicomItem, dicomInstant, fitted, newInstance, writeDicom } from "./write-dicom";

export interface DicomReportOptions extends StudyOptions {
  language: "en" | "fr";
  /** Said in the report, in its language. */
  disclaimer: string;
}

const comprehensiveSr = "1.2.840.10008.5.1.4.1.1.88.33";

/**
 * The reading as a DICOM Comprehensive SR by TID 1500 «Measurement Report» (PS3.16): the calibrated probability as
 * Certainty of Finding in percent for the finding Pneumonia, the threshold beside it, which side of it the reading
 * lies on, the algorithm by TID 4019, and, where its facts are given, the source image. Unverified.
 * @throws RangeError for a reading without a probability: a refused image gets no measurement; and for one of a
 * revoked version, whose number must not reach a PACS
 */
export async function writeStructuredReport(
  report: CaseReport,
  options: DicomReportOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { prediction, model } = report;
  if (!prediction || !model)
    throw new RangeError("a reading without a probability has no measurement report");
  if (model.revoked) throw new RangeError("a reading by a revoked model version has no measurement report");
  const context = studyContext(report, options);
  const { date, time, offset } = dicomInstant(options.now);
  return writeDicom({
    ...newInstance(comprehensiveSr, options.now),
    ...context.patient,
    ...context.study,
    TimezoneOffsetFromUTC: offset,
    Modality: "SR",
    SeriesInstanceUID: randomUid(),
    SeriesNumber: 9001,
    SeriesDescription: "Pneumoscope measurement report",
    ReferencedPerformedProcedureStepSequence: [],
    ...equipment(model),
    InstanceNumber: 1,
    ContentDate: date,
    ContentTime: time,
    CompletionFlag: "COMPLETE",
    CompletionFlagDescription: "Computed without a human reader",
    VerificationFlag: "UNVERIFIED",
    PreliminaryFlag: "PRELIMINARY",
    PerformedProcedureCodeSequence: [],
    CodingSchemeIdentificationSequence: [
      { CodingSchemeDesignator: ownScheme, CodingSchemeName: "Pneumoscope", CodingSchemeVersion: "1" },
    ],
    ...(context.source ? { CurrentRequestedProcedureEvidenceSequence: [evidence(context)] } : {}),
    ...rootContainer(report, prediction, model, context.source, options),
  });
}

/** The device as General Equipment says it. */
export function equipment(model: Pick<CaseModel, "version" | "serial"> | null): DicomItem {
  return {
    Manufacturer: "Pneumoscope",
    ManufacturerModelName: "Pneumoscope reading room",
    DeviceSerialNumber: model ? String(model.serial) : "0",
    SoftwareVersions: model ? fitted(model.version, 64) : "no model",
  };
}

function evidence({ studyUid, source }: StructuredStudy): DicomItem {
  return {
    ReferencedSeriesSequence: [
      {
        ReferencedSOPSequence: source
          ? [{ ReferencedSOPClassUID: source.classUid, ReferencedSOPInstanceUID: source.instanceUid }]
          : [],
        SeriesInstanceUID: source?.seriesUid,
      },
    ],
    StudyInstanceUID: studyUid,
  };
}
type StructuredStudy = Pick<StudyContext, "studyUid" | "source">;

function rootContainer(
  report: CaseReport,
  prediction: CasePrediction,
  model: CaseModel,
  source: SourceImage | null,
  { language, disclaimer }: DicomReportOptions,
): DicomItem {
  return {
    ValueType: "CONTAINER",
    ConceptNameCodeSequence: [coded(codes.imagingMeasurementReport)],
    ContinuityOfContent: "SEPARATE",
    ContentTemplateSequence: [{ MappingResource: "DCMR", TemplateIdentifier: "1500" }],
    ContentSequence: [
      codeItem("HAS CONCEPT MOD", codes.language, language === "fr" ? codes.french : codes.english),
      ...observer(model),
      codeItem("HAS CONCEPT MOD", codes.procedureReported, codes.plainChestXray),
      ...(source ? [imageLibrary(source)] : []),
      container(codes.imagingMeasurements, [
        ...algorithm(prediction, model),
        measurementGroup(report, prediction, source, disclaimer),
      ]),
    ],
  };
}

/** TID 1001, 1002, 1004: the observer is a device. */
function observer(model: CaseModel): DicomItem[] {
  return [
    codeItem("HAS OBS CONTEXT", codes.observerType, codes.device),
    {
      RelationshipType: "HAS OBS CONTEXT",
      ValueType: "UIDREF",
      ConceptNameCodeSequence: [coded(codes.deviceUid)],
      UID: uidFromName(`pneumoscope model ${model.manifestDigest}`),
    },
    textItem("HAS OBS CONTEXT", codes.deviceName, "Pneumoscope"),
    textItem("HAS OBS CONTEXT", codes.deviceManufacturer, "Pneumoscope"),
    textItem("HAS OBS CONTEXT", codes.deviceModelName, `Pneumoscope model ${model.version}`),
  ];
}

/** TID 1600 */
function imageLibrary(source: SourceImage): DicomItem {
  const modality = source.modality ? modalityCodes[source.modality] : undefined;
  return container(codes.imageLibrary, [
    container(codes.imageLibraryGroup, [
      ...(modality ? [codeItem("HAS ACQ CONTEXT", codes.modality, modality)] : []),
      imageItem("CONTAINS", null, source),
    ]),
  ]);
}

/** TID 4019 */
function algorithm(prediction: CasePrediction, model: CaseModel): DicomItem[] {
  const parameters = [
    `serial=${model.serial}`,
    `manifest=${model.manifestDigest}`,
    ...(model.weightsDigest ? [`weights=${model.weightsDigest}`] : []),
    `threshold=${prediction.threshold}`,
    ...(prediction.uncertainBand
      ? [`uncertain band=${prediction.uncertainBand.low}..${prediction.uncertainBand.high}`]
      : []),
    `logit=${prediction.logit}`,
    `backend=${prediction.backend}`,
  ];
  return [
    textItem("HAS CONCEPT MOD", codes.algorithmName, "Pneumoscope ResNet-18 chest radiograph classifier"),
    textItem("HAS CONCEPT MOD", codes.algorithmVersion, model.version),
    ...parameters.map((text) => textItem("HAS CONCEPT MOD", codes.algorithmParameters, text)),
  ];
}

/** TID 1501 with two TID 300 measurements and the qualitative evaluation. */
function measurementGroup(
  report: CaseReport,
  prediction: CasePrediction,
  source: SourceImage | null,
  disclaimer: string,
): DicomItem {
  const inferredFrom = source ? [imageItem("INFERRED FROM", codes.sourceOfMeasurement, source)] : [];
  const name = report.file.digest ? shortDigest(report.file.digest) : String(report.number);
  return container(codes.measurementGroup, [
    textItem("HAS OBS CONTEXT", codes.trackingIdentifier, `Pneumonia, image ${name}`),
    {
      RelationshipType: "HAS OBS CONTEXT",
      ValueType: "UIDREF",
      ConceptNameCodeSequence: [coded(codes.trackingUid)],
      UID: randomUid(),
    },
    codeItem("CONTAINS", codes.finding, codes.pneumonia),
    codeItem("HAS CONCEPT MOD", codes.findingSite, codes.lung),
    percentItem(codes.certaintyOfFinding, prediction.probability, [
      textItem("HAS CONCEPT MOD", codes.equivalentMeaning, "Calibrated probability of pneumonia"),
      ...inferredFrom,
    ]),
    percentItem(codes.threshold, prediction.threshold, []),
    {
      ...codeItem(
        "CONTAINS",
        codes.findingContext,
        prediction.label === "PNEUMONIA" ? codes.suspected : codes.notSuspected,
      ),
      ContentSequence: [
        codeItem("HAS CONCEPT MOD", codes.inUncertainBand, prediction.uncertain ? codes.yes : codes.no),
      ],
    },
    textItem("CONTAINS", codes.comment, disclaimer),
    ...report.cautions.map(({ kind, value }) =>
      textItem("CONTAINS", codes.comment, `Outside what the model was made for: ${kind} ${value}`),
    ),
    ...(report.file.digest ? [textItem("CONTAINS", codes.fileDigest, report.file.digest)] : []),
  ]);
}

function coded([value, scheme, meaning]: Code): DicomItem {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}

function container(name: Code, children: DicomItem[]): DicomItem {
  return {
    RelationshipType: "CONTAINS",
    ValueType: "CONTAINER",
    ConceptNameCodeSequence: [coded(name)],
    ContinuityOfContent: "SEPARATE",
    ContentSequence: children,
  };
}

function codeItem(relationship: string, name: Code, value: Code): DicomItem {
  return {
    RelationshipType: relationship,
    ValueType: "CODE",
    ConceptNameCodeSequence: [coded(name)],
    ConceptCodeSequence: [coded(value)],
  };
}

function textItem(relationship: string, name: Code, text: string): DicomItem {
  return {
    RelationshipType: relationship,
    ValueType: "TEXT",
    ConceptNameCodeSequence: [coded(name)],
    TextValue: text,
  };
}

/** A share as a percentage with four decimals: a decimal string holds 16 characters. */
function percentItem(name: Code, share: number, children: DicomItem[]): DicomItem {
  return {
    RelationshipType: "CONTAINS",
    ValueType: "NUM",
    ConceptNameCodeSequence: [coded(name)],
    MeasuredValueSequence: [
      {
        MeasurementUnitsCodeSequence: [coded(codes.percent)],
        NumericValue: (share * 100).toFixed(4),
      },
    ],
    ...(children.length > 0 ? { ContentSequence: children } : {}),
  };
}

function imageItem(relationship: string, name: Code | null, source: SourceImage): DicomItem {
  return {
    RelationshipType: relationship,
    ValueType: "IMAGE",
    ...(name ? { ConceptNameCodeSequence: [coded(name)] } : {}),
    ReferencedSOPSequence: [
      {
        ReferencedSOPClassUID: source.classUid,
        ReferencedSOPInstanceUID: source.instanceUid,
        ...(source.frame === null ? {} : { ReferencedFrameNumber: source.frame }),
      },
    ],
  };
}
