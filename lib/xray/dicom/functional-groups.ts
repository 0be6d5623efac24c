import type { DataSet } from "dicom-parser";
import { itemsOf } from "./attributes";

/**
 * Where an attribute of a frame may stand, the nearest first: in the frame's own functional group, in the one that all
 * frames share (PS3.3 C.7.6.16), in the data set itself.
 * @param macro the sequence that wraps it in a functional group
 */
export function placesOf(set: DataSet, macro: string, frame: number): DataSet[] {
  const own = itemsOf(set, "x52009230")[frame];
  const shared = itemsOf(set, "x52009229")[0];
  const groups = [own, shared].flatMap((group) => (group ? itemsOf(group, macro).slice(0, 1) : []));
  return [...groups, set];
}

/** The first of these places that has the attribute. */
export function firstWith(places: DataSet[], tag: string): DataSet | undefined {
  return places.find((place) => place.elements[tag] !== undefined);
}
