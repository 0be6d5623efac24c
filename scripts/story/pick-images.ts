import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import { createRandom, type Random } from "@/lib/random";
import type { Split } from "@/lib/training/job";

export type ClassName = "NORMAL" | "PNEUMONIA";

export interface StoryImage {
  /** Path below the folder of images. */
  file: string;
  className: ClassName;
}

/** Patients of each class on each side; which side a patient is on is not the story's choice. */
export type PatientCounts = Record<Split, number>;

/** At most so many images of one patient, so that no patient weighs much. */
const imagesPerPatient = 2;

/**
 * Takes patients from what there is, half of each class, in an order that `seed` fixes. `taken` patients are left out
 * and the chosen ones are added to it.
 * @throws RangeError where there are too few patients
 */
export function pickPatients(
  images: readonly StoryImage[],
  counts: PatientCounts,
  { seed, taken }: { seed: number; taken: Set<string> },
): StoryImage[] {
  const random = createRandom(seed);
  return (["NORMAL", "PNEUMONIA"] as const).flatMap((className) => {
    const patients = shuffled([...patientsOf(images, className)], random);
    return (["train", "validation", "test"] as const).flatMap((split) => {
      const chosen = patients
        .filter(([key]) => !taken.has(key) && assignSplit(key, defaultSalt) === split)
        .slice(0, counts[split]);
      if (chosen.length < counts[split])
        throw new RangeError(`There are only ${chosen.length} patients with ${className} for ${split}.`);
      for (const [key] of chosen) taken.add(key);
      return chosen.flatMap(([, files]) => files.slice(0, imagesPerPatient));
    });
  });
}

function patientsOf(images: readonly StoryImage[], className: ClassName): Map<string, StoryImage[]> {
  const patients = new Map<string, StoryImage[]>();
  for (const image of images) {
    if (image.className !== className) continue;
    const key = patientKey(image.file);
    patients.set(key, [...(patients.get(key) ?? []), image]);
  }
  return patients;
}

/** Puts a share of the patients into the other class's folder, as somebody who mixes up folders does. */
export function mixUpLabels(images: readonly StoryImage[], share: number, seed: number): StoryImage[] {
  const keys = shuffled([...new Set(images.map(({ file }) => patientKey(file)))], createRandom(seed));
  const wrong = new Set(keys.slice(0, Math.round(keys.length * share)));
  return images.map((image) =>
    wrong.has(patientKey(image.file))
      ? { ...image, className: image.className === "NORMAL" ? "PNEUMONIA" : "NORMAL" }
      : image,
  );
}

function shuffled<T>(items: T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
