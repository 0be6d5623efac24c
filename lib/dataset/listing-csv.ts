import Papa from "papaparse";
import { classNames, type DatasetListing } from "./listing";

// A spreadsheet takes a cell that begins so for a formula.
const formula = /^[\s\p{Cc}\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
const columns = ["file", "label", "patient", "split", "sha256", "md5", "size_bytes"] as const;

/** A listing as a table that `data import --labels` reads again; UTF-8 with CRLF. */
export function listingCsv({ cases }: DatasetListing): string {
  const data = cases.map((item) => [
    item.path,
    classNames[item.label],
    item.patientId,
    item.split,
    item.digest.slice("sha256:".length),
    item.md5 ?? "",
    item.sizeBytes,
  ]);
  return `${Papa.unparse({ fields: [...columns], data }, { newline: "\r\n", escapeFormulae: formula })}\r\n`;
}
