import type { CaseReport } from "../case-report";
import type { Pixels } from "../render-pixels";
import { codes } from "./codes";
import { type DicomReportOptions, equipment } from "./structured-report";
import { studyContext } from "./study-context";
import { randomUid } from "./uid";
import { dicomInstant, newInstance, writeDicom } from "./write-dicom";

const secondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

/**
 * A picture as a DICOM Secondary Capture, 8-bit RGB, uncompressed. With the source's facts it joins the source's
 * study and names the image it was derived from. Burned-in annotation is said to be present, since names that stood
 * in the source's pixels are still there.
 * @param derivation what was done to the source, up to 1024 characters
 */
export async function writeSecondaryCapture(
  report: CaseReport,
  pixels: Pixels,
  options: DicomReportOptions & { derivation: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const context = studyContext(report, options);
  const { source } = context;
  const { date, time, offset } = dicomInstant(options.now);
  return writeDicom({
    ...newInstance(secondaryCapture, options.now),
    ...context.patient,
    ...context.study,
    ...equipment(report.model),
    TimezoneOffsetFromUTC: offset,
    Modality: "OT",
    ConversionType: "WSD",
    SeriesInstanceUID: randomUid(),
    SeriesNumber: 9002,
    SeriesDescription: "Pneumoscope image with map",
    BodyPartExamined: "CHEST",
    InstanceNumber: 1,
    PatientOrientation: "",
    ImageType: ["DERIVED", "SECONDARY", "OTHER"],
    ContentDate: date,
    ContentTime: time,
    DateOfSecondaryCapture: date,
    TimeOfSecondaryCapture: time,
    SecondaryCaptureDeviceManufacturer: "Pneumoscope",
    BurnedInAnnotation: "YES",
    DerivationDescription: options.derivation,
    ImageComments: options.disclaimer,
    ...(source
      ? {
          SourceImageSequence: [
            {
              ReferencedSOPClassUID: source.classUid,
              ReferencedSOPInstanceUID: source.instanceUid,
              ...(source.frame === null ? {} : { ReferencedFrameNumber: source.frame }),
              PurposeOfReferenceCodeSequence: [
                {
                  CodeValue: codes.sourceForProcessing[0],
                  CodingSchemeDesignator: codes.sourceForProcessing[1],
                  CodeMeaning: codes.sourceForProcessing[2],
                },
              ],
            },
          ],
        }
      : {}),
    SamplesPerPixel: 3,
    PhotometricInterpretation: "RGB",
    PlanarConfiguration: 0,
    Rows: pixels.height,
    Columns: pixels.width,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: [interleaved(pixels)],
  });
}

/** Drops alpha; an odd number of bytes gets one more, since DICOM counts in pairs. */
function interleaved({ width, height, rgba }: Pixels): ArrayBuffer {
  const count = width * height;
  const rgb = new Uint8Array(count * 3 + ((count * 3) % 2));
  for (let at = 0, from = 0, to = 0; at < count; at++, from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return rgb.buffer;
}
