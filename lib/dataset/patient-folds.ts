import { createRandom } from "@/lib/random";
import { classNames, type DatasetCase, invalid } from "./listing";

type FoldCase = Pick<DatasetCase, "patientId" | "label" | "digest">;

/** Patients that stay together, because they share an image. */
interface PatientGroup {
  patients: Set<string>;
  cases: FoldCase[];
}

/**
 * Deals patients to folds: each patient to exactly one, both classes evenly. Patients who share the same image bytes
 * stay together, so that no image is in two folds. The order of the cases does not matter; the same seed gives the
 * same folds. Within a class, folds differ by no more images than the largest group has.
 * @param folds from 2
 * @returns the fold of each patient, from 0
 * @throws DATASET_INVALID where a class has fewer groups of patients than there are folds
 */
export function patientFolds(cases: readonly FoldCase[], folds: number, seed: number): Map<string, number> {
  const fold = new Map<string, number>();
  const random = createRandom(seed);
  const groups = groupPatients(cases);
  for (const [label, className] of classNames.entries()) {
    const ofClass = random.shuffle(groups.filter((group) => labelOf(group) === label));
    if (ofClass.length < folds) {
      throw invalid(
        `class ${className} has ${ofClass.length} patients for ${folds} folds; take fewer folds or add patients`,
      );
    }
    // The largest first: what is left over at the end is then small.
    ofClass.sort((a, b) => b.cases.length - a.cases.length);
    const images = new Array<number>(folds).fill(0);
    for (const group of ofClass) {
      const smallest = images.indexOf(Math.min(...images));
      images[smallest] = (images[smallest] as number) + group.cases.length;
      for (const patient of group.patients) fold.set(patient, smallest);
    }
  }
  return fold;
}

/** A group with any PNEUMONIA counts there: a patient may have films of both kinds. */
function labelOf(group: PatientGroup): 0 | 1 {
  return group.cases.some((item) => item.label === 1) ? 1 : 0;
}

/** Sorted by their first patient. */
function groupPatients(cases: readonly FoldCase[]): PatientGroup[] {
  const groupOf = new Map<string, PatientGroup>();
  const ownerOf = new Map<string, string>();
  for (const item of cases) {
    const own = groupOf.get(item.patientId) ?? { patients: new Set([item.patientId]), cases: [] };
    groupOf.set(item.patientId, own);
    own.cases.push(item);
    const owner = ownerOf.get(item.digest);
    if (owner === undefined) ownerOf.set(item.digest, item.patientId);
    else join(groupOf, own, groupOf.get(owner) as PatientGroup);
  }
  const first = (group: PatientGroup) => [...group.patients].reduce((a, b) => (a < b ? a : b));
  return [...new Set(groupOf.values())].sort((a, b) => (first(a) < first(b) ? -1 : 1));
}

function join(groupOf: Map<string, PatientGroup>, into: PatientGroup, from: PatientGroup): void {
  if (into === from) return;
  into.cases.push(...from.cases);
  for (const patient of from.patients) {
    into.patients.add(patient);
    groupOf.set(patient, into);
  }
}
