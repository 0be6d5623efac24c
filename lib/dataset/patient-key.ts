export type Subgroup = "bacteria" | "virus" | "none";

const pneumoniaName = /^(person\d+_(bacteria|virus))_/i;
const normalName = /^((?:NORMAL\d*-)?IM-\d+)-/i;

/** The last part of a path, whichever way its slashes lean. */
function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/**
 * Who a file belongs to, so that all of one patient's images stay on one side of the split.
 * Names of the Kermany set carry it: `person7_virus_12.jpeg` → `person7_virus`,
 * `NORMAL2-IM-1427-0001.jpeg` → `NORMAL2-IM-1427`, `IM-0429-0001-0002.jpeg` → `IM-0429`.
 * Any other name stands for a patient of its own: the name without its last extension. Two such files of
 * the same name in different folders count as one patient, which can only keep images together.
 * @param fileName a file name or a path ending in one
 */
export function patientKey(fileName: string): string {
  const name = baseName(fileName);
  const known = pneumoniaName.exec(name)?.[1] ?? normalName.exec(name)?.[1];
  if (known !== undefined) return known;
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

/** The cause of pneumonia that a Kermany file name states; "none" for every other name. */
export function subgroup(fileName: string): Subgroup {
  const cause = pneumoniaName.exec(baseName(fileName))?.[2]?.toLowerCase();
  return cause === "bacteria" || cause === "virus" ? cause : "none";
}
