import type { DataSet } from "dicom-parser";
import { corrupt } from "../image-errors";
import { itemsOf, numbersOf } from "./attributes";
import { firstWith, placesOf } from "./functional-groups";
import { lookUp, readLookupTable } from "./lookup-table";
import type { StoredValues } from "./stored-values";

/**
 * The modality transform (PS3.3 C.11.1): a lookup table, or slope · value + intercept.
 * @returns the same array where there is nothing to do, else the smallest type that holds every value
 */
export function modalityValues(set: DataSet, stored: StoredValues, frame: number): StoredValues {
  const sequence = itemsOf(set, "x00283000")[0];
  const signedInput = stored instanceof Int16Array;
  const table = sequence && readLookupTable(sequence, "x00283002", "x00283006", signedInput);
  if (table) return Uint16Array.from(stored, (value) => lookUp(table, value));
  const place = firstWith(placesOf(set, "x00289145", frame), "x00281053");
  const [slope = 1] = place ? numbersOf(place, "x00281053") : [];
  const [intercept = 0] = place ? numbersOf(place, "x00281052") : [];
  if (!Number.isFinite(slope) || !Number.isFinite(intercept))
    throw corrupt("its rescale slope or intercept is no number");
  // A slope of zero would make one gray of everything; files that say so mean none.
  if (slope === 0 || (slope === 1 && intercept === 0)) return stored;
  return rescale(stored, slope, intercept);
}

const ranges = {
  Uint8Array: [0, 255],
  Uint16Array: [0, 65_535],
  Int16Array: [-32_768, 32_767],
} as const;

function rescale(stored: StoredValues, slope: number, intercept: number): StoredValues {
  const [least, most] =
    stored instanceof Float32Array
      ? [Number.NaN, Number.NaN]
      : ranges[stored.constructor.name as keyof typeof ranges];
  const ends = [least * slope + intercept, most * slope + intercept];
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  const whole = Number.isInteger(slope) && Number.isInteger(intercept);
  const values =
    whole && low >= 0 && high <= 65_535
      ? new Uint16Array(stored.length)
      : whole && low >= -32_768 && high <= 32_767
        ? new Int16Array(stored.length)
        : new Float32Array(stored.length);
  for (let at = 0; at < stored.length; at++) values[at] = (stored[at] as number) * slope + intercept;
  return values;
}
