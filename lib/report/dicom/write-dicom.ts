import { randomUid } from "./uid";

/** A DICOM element's value by dcmjs: text, number, bytes, several of them, a sequence of items, or null for empty. */
export type DicomValue = string | number | null | ArrayBuffer[] | readonly string[] | readonly DicomItem[];

/** Keyword of PS3.6 → value. */
export interface DicomItem {
  [keyword: string]: DicomValue | undefined;
}

const explicitLittleEndian = "1.2.840.10008.1.2.1";
/** Of this writer, not of a release: a UUID made once and kept. */
const implementationUid = "2.25.254022739245974580957118509278115585608";

/**
 * A DICOM Part 10 file, explicit little endian, UTF-8. Bytes are written as OB, numbers and texts as the dictionary's
 * value representation says.
 * @throws RangeError for a keyword the dictionary does not know, or a text longer than its value representation: both
 * would be dropped or cut silently
 */
export async function writeDicom(dataset: DicomItem): Promise<Uint8Array<ArrayBuffer>> {
  const { data } = await import("dcmjs");
  assertKnown(dataset, (keyword) => data.DicomMetaDictionary.nameMap[keyword]?.vr);
  const meta = data.DicomMetaDictionary.denaturalizeDataset({
    FileMetaInformationVersion: [new Uint8Array([0, 1]).buffer],
    MediaStorageSOPClassUID: dataset.SOPClassUID,
    MediaStorageSOPInstanceUID: dataset.SOPInstanceUID,
    TransferSyntaxUID: explicitLittleEndian,
    ImplementationClassUID: implementationUid,
    ImplementationVersionName: "PNEUMOSCOPE",
    _vrMap: { FileMetaInformationVersion: "OB" },
  });
  const file = new data.DicomDict(meta);
  file.dict = data.DicomMetaDictionary.denaturalizeDataset({
    SpecificCharacterSet: "ISO_IR 192",
    ...dataset,
    _vrMap: { PixelData: "OB" },
  });
  return new Uint8Array(file.write({ fragmentMultiframe: false }));
}

const longest: Record<string, number> = { AE: 16, CS: 16, DS: 16, IS: 12, LO: 64, SH: 16, ST: 1024, UI: 64 };

function assertKnown(item: DicomItem, vrOf: (keyword: string) => string | undefined): void {
  for (const [keyword, value] of Object.entries(item)) {
    const vr = vrOf(keyword);
    if (!vr) throw new RangeError(`DICOM has no element with the keyword ${keyword}`);
    const most = longest[vr];
    const texts = typeof value === "string" ? [value] : Array.isArray(value) ? value : [];
    for (const text of texts) {
      if (typeof text === "string" && most && text.length > most) {
        throw new RangeError(`${keyword} takes at most ${most} characters, not ${text.length}`);
      }
      if (vr === "SQ" && typeof text === "object" && !(text instanceof ArrayBuffer)) assertKnown(text, vrOf);
    }
  }
}

/** Cuts a text to what an element takes, and takes out the backslash, which separates values. */
export function fitted(text: string, most: number): string {
  return text.replaceAll("\\", "/").slice(0, most);
}

/** What each of our objects has for itself. */
export function newInstance(classUid: string, now: Date): DicomItem {
  const { date, time } = dicomInstant(now);
  return {
    SOPClassUID: classUid,
    SOPInstanceUID: randomUid(),
    InstanceCreationDate: date,
    InstanceCreationTime: time,
  };
}

/** Local date and time as DA and TM, and the offset from UTC as DICOM writes it. */
export function dicomInstant(instant: Date): { date: string; time: string; offset: string } {
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = -instant.getTimezoneOffset();
  const ahead = Math.abs(minutes);
  return {
    date: `${instant.getFullYear()}${two(instant.getMonth() + 1)}${two(instant.getDate())}`,
    time: `${two(instant.getHours())}${two(instant.getMinutes())}${two(instant.getSeconds())}`,
    offset: `${minutes < 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`,
  };
}
