import Papa from "papaparse";
import { formulaCell } from "@/lib/formula-cell";
import { classNames, type DatasetListing } from "./listing";

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
  return `${Papa.unparse({ fields: [...columns], data }, { newline: "\r\n", escapeFormulae: formulaCell })}\r\n`;
}
