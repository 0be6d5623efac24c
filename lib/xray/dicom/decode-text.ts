import type { DataSet } from "dicom-parser";
import { textsOf } from "./attributes";

/** SpecificCharacterSet's defined terms (PS3.3 C.12.1.1.2) → the encodings that TextDecoder knows. */
const encodings: Record<string, string> = {
  "ISO_IR 100": "iso-8859-1",
  "ISO_IR 101": "iso-8859-2",
  "ISO_IR 109": "iso-8859-3",
  "ISO_IR 110": "iso-8859-4",
  "ISO_IR 144": "iso-8859-5",
  "ISO_IR 127": "iso-8859-6",
  "ISO_IR 126": "iso-8859-7",
  "ISO_IR 138": "iso-8859-8",
  "ISO_IR 148": "windows-1254",
  "ISO_IR 203": "iso-8859-15",
  "ISO_IR 166": "windows-874",
  "ISO_IR 13": "shift_jis",
  "ISO_IR 192": "utf-8",
  "ISO_IR 87": "iso-2022-jp",
  "ISO_IR 159": "iso-2022-jp",
  "ISO_IR 149": "euc-kr",
  "ISO_IR 58": "gb2312",
  GB18030: "gb18030",
  GBK: "gbk",
};

/**
 * How this file's names and descriptions are written. Of several character sets the last decides, whose encoding
 * contains ASCII; escape sequences that only announce it are left out.
 */
export function textDecoderOf(set: DataSet): (bytes: Uint8Array) => string {
  const terms = textsOf(set, "x00080005").map((term) => term.replace(/^ISO[_ ]2022 IR/, "ISO_IR"));
  const named = terms.filter((term) => term in encodings);
  const label =
    encodings[named.at(-1) ?? ""] ?? (named.length === 0 && terms.some(Boolean) ? "utf-8" : "iso-8859-1");
  const decoder = new TextDecoder(label);
  const escapesMatter = label === "iso-2022-jp";
  return (bytes) => {
    const text = decoder.decode(bytes);
    return escapesMatter ? text : text.split("\u001b").map(withoutAnnouncement).join("");
  };
}

/** What follows an escape character begins with what it announces: "$)C", "-A", "(B". */
function withoutAnnouncement(part: string, index: number): string {
  return index === 0 ? part : part.replace(/^[$()\-.]{1,2}[A-Z0-9]/, "");
}
