import type { DataSet } from "dicom-parser";
import type { Voi } from "../radiograph";
import { itemsOf, numbersOf, textOf, textsOf } from "./attributes";
import { firstWith, placesOf } from "./functional-groups";
import { readLookupTable } from "./lookup-table";

export interface NamedVoi {
  name: string;
  voi: Voi;
}

/**
 * What the file offers to show its values with (PS3.3 C.11.2), in the order of preference: its VOI lookup tables, which
 * a vendor writes where no straight line will do, then its windows. Windows that make no sense are passed over.
 * @param decode the file's character set, for the names
 */
export function readVois(
  set: DataSet,
  frame: number,
  signedInput: boolean,
  decode: (bytes: Uint8Array) => string,
): NamedVoi[] {
  return [...readTables(set, signedInput, decode), ...readWindows(set, frame, decode)];
}

function readTables(set: DataSet, signedInput: boolean, decode: (bytes: Uint8Array) => string): NamedVoi[] {
  return itemsOf(set, "x00283010").flatMap((item, index) => {
    const table = readLookupTable(item, "x00283002", "x00283006", signedInput);
    if (!table) return [];
    const most = 2 ** table.bits - 1;
    const levels = Float32Array.from(table.entries, (entry) => Math.min(255, (entry * 255) / most));
    const name = textOf(item, "x00283003", decode) ?? `LUT ${index + 1}`;
    return [{ name, voi: { kind: "table" as const, firstValue: table.firstValue, levels } }];
  });
}

const shapes = { LINEAR: "linear", LINEAR_EXACT: "linear-exact", SIGMOID: "sigmoid" } as const;

function readWindows(set: DataSet, frame: number, decode: (bytes: Uint8Array) => string): NamedVoi[] {
  const place = firstWith(placesOf(set, "x00289132", frame), "x00281050");
  if (!place) return [];
  const widths = numbersOf(place, "x00281051");
  const names = textsOf(place, "x00281055", decode);
  const stated = textOf(place, "x00281056") ?? "LINEAR";
  const shape = stated in shapes ? shapes[stated as keyof typeof shapes] : "linear";
  return numbersOf(place, "x00281050").flatMap((center, index) => {
    const width = widths[index] ?? Number.NaN;
    const least = shape === "linear" ? 1 : Number.MIN_VALUE;
    if (!Number.isFinite(center) || !Number.isFinite(width) || width < least) return [];
    return [
      {
        name: names[index] || `${center} / ${width}`,
        voi: { kind: "window" as const, center, width, shape },
      },
    ];
  });
}
