import type { DatasetCase } from "./listing";

/** What two lists of cases have in common. */
export interface SharedCases {
  /** caseIds in the first list of images whose bytes are in the second too. */
  images: string[];
  /** Patients in both. */
  patients: string[];
}

/** The images, by digest, and the patients of `cases` that are among `others` too; each sorted. */
export function sharedCases(cases: readonly DatasetCase[], others: readonly DatasetCase[]): SharedCases {
  const digests = new Set(others.map((item) => item.digest));
  const patients = new Set(others.map((item) => item.patientId));
  return {
    images: cases.filter((item) => digests.has(item.digest)).map((item) => item.caseId),
    patients: [...new Set(cases.map((item) => item.patientId))].filter((id) => patients.has(id)).sort(),
  };
}

const named = 5;

/** In words: "3 images (a.png, b.png, c.png) and 2 patients (p1, p2)"; null where nothing is shared. */
export function describeShared({ images, patients }: SharedCases): string | null {
  const some = (names: readonly string[], one: string, many: string) =>
    names.length === 0
      ? []
      : [
          `${names.length} ${names.length === 1 ? one : many} (${names.slice(0, named).join(", ")}${names.length > named ? ", …" : ""})`,
        ];
  const parts = [...some(images, "image", "images"), ...some(patients, "patient", "patients")];
  return parts.length === 0 ? null : parts.join(" and ");
}
