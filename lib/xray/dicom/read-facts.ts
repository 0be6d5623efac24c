import type { DataSet } from "dicom-parser";
import type { DicomFacts } from "../radiograph";
import { itemsOf, textOf } from "./attributes";
import type { DicomFile } from "./open-dicom";
import type { PixelFormat } from "./pixel-format";

/** What the file says of itself. @param decode its character set */
export function readFacts(
  { dataSet: set, syntax }: DicomFile,
  format: PixelFormat,
  decode: (bytes: Uint8Array) => string,
): DicomFacts {
  const { rows, columns, photometric, bitsAllocated, bitsStored, signed, samplesPerPixel } = format;
  return {
    transferSyntax: { uid: syntax.uid, name: syntax.name },
    modality: textOf(set, "x00080060"),
    bodyPart: textOf(set, "x00180015") ?? meaningOf(set, "x00082218"),
    view: textOf(set, "x00185101") ?? readViewCode(set),
    ageYears: readAge(set),
    sex: textOf(set, "x00100040"),
    photometric,
    bitsAllocated,
    bitsStored,
    signed,
    samplesPerPixel,
    rows,
    columns,
    lossy: textOf(set, "x00282110") === "01" || /\.4\.5[01]$/.test(syntax.uid),
    reference: {
      studyUid: textOf(set, "x0020000d"),
      seriesUid: textOf(set, "x0020000e"),
      instanceUid: textOf(set, "x00080018"),
      classUid: textOf(set, "x00080016"),
      studyDate: textOf(set, "x00080020"),
      studyTime: textOf(set, "x00080030"),
      studyId: textOf(set, "x00200010", decode),
      accessionNumber: textOf(set, "x00080050", decode),
      referringPhysician: textOf(set, "x00080090", decode),
    },
    identity: {
      patientName: textOf(set, "x00100010", decode),
      patientId: textOf(set, "x00100020", decode),
      birthDate: textOf(set, "x00100030"),
    },
  };
}

/** The meaning of a sequence's first code. */
function meaningOf(set: DataSet, tag: string): string | null {
  const [item] = itemsOf(set, tag);
  return item ? textOf(item, "x00080104") : null;
}

/** Words of the views' code meanings (PS3.16 CID 4010) → the abbreviations of ViewPosition. */
const views: [words: RegExp, view: string][] = [
  [/postero-?\s?anterior/i, "PA"],
  [/antero-?\s?posterior/i, "AP"],
  [/left\s+lateral/i, "LL"],
  [/right\s+lateral/i, "RL"],
  [/lateral/i, "LATERAL"],
];

/** ViewCodeSequence; its meaning as it is where it is none of the known views. */
function readViewCode(set: DataSet): string | null {
  const meaning = meaningOf(set, "x00540220");
  if (meaning === null) return null;
  return views.find(([words]) => words.test(meaning))?.[1] ?? meaning;
}

const daysPerYear = 365.25;
const daysOf: Record<string, number> = { D: 1, W: 7, M: daysPerYear / 12, Y: daysPerYear };

/** PatientAge ("045Y", "006M"), else from birth to study; null where neither can be. */
function readAge(set: DataSet): number | null {
  const [, count, unit] = /^(\d{1,3})([DWMY])$/.exec(textOf(set, "x00101010") ?? "") ?? [];
  if (count && unit) return (Number(count) * (daysOf[unit] as number)) / daysPerYear;
  const born = readDate(textOf(set, "x00100030"));
  const studied = readDate(textOf(set, "x00080020") ?? textOf(set, "x00080022"));
  if (born === null || studied === null) return null;
  const years = (studied - born) / (daysPerYear * 24 * 3600 * 1000);
  return years >= 0 && years < 150 ? years : null;
}

/** YYYYMMDD, or the YYYY.MM.DD of before 1993, in milliseconds. */
function readDate(text: string | null): number | null {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text ?? "") ?? [];
  if (!year || !month || !day) return null;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return Number.isNaN(time) ? null : time;
}
