import Papa from "papaparse";
import type { ChainLink } from "./chain";

// A spreadsheet takes a cell that begins so for a formula.
const formula = /^[\s\p{Cc}]*[=+\-@]/u;

/** Events as RFC 4180 CSV with a header: id, at (UTC), action, actor, entity, details (JSON), hash. */
export function eventsToCsv(events: readonly ChainLink[], { header }: { header: boolean }): string {
  const rows = events.map(({ id, at, action, actor, entityId, details, hash }) => ({
    id,
    at: at.toISOString(),
    action,
    actor,
    entity: entityId,
    details: JSON.stringify(details),
    hash: hash ?? "",
  }));
  return `${Papa.unparse(rows, { header, escapeFormulae: formula, newline: "\r\n" })}\r\n`;
}
