import Papa from "papaparse";
import { formulaCell } from "@/lib/formula-cell";
import type { ChainLink } from "./chain";

const fields = ["id", "at", "action", "actor", "entity", "details", "hash"];

/** Events as RFC 4180 CSV with a header where asked: id, at (UTC), action, actor, entity, details (JSON), hash. */
export function eventsToCsv(events: readonly ChainLink[], { header }: { header: boolean }): string {
  const data = events.map(({ id, at, action, actor, entityId, details, hash }) => [
    id,
    at.toISOString(),
    action,
    actor,
    entityId,
    JSON.stringify(details),
    hash ?? "",
  ]);
  if (data.length === 0 && !header) return "";
  const text = Papa.unparse(header ? { fields, data } : data, {
    escapeFormulae: formulaCell,
    newline: "\r\n",
  });
  return `${text.trimEnd()}\r\n`;
}
