import type { ArtifactStore } from "@/lib/artifacts/store";
import { classNames, type DatasetCase, invalid, parseListing } from "@/lib/dataset/listing";
import { PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";
import type { Split } from "@/lib/training/job";
import { imageToModelGray } from "@/lib/xray/model-gray";
import type { LabelledImages } from "./labelled-images";

export interface LoadOptions {
  size: number;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

export interface LoadedCases extends LabelledImages {
  cases: DatasetCase[];
}

/** The cases of a dataset version on the given sides. @throws DATASET_INVALID, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT */
export async function listCases(store: ArtifactStore, listing: `sha256:${string}`, splits: readonly Split[]) {
  const { cases } = parseListing(await store.get(listing));
  return cases.filter((item) => splits.includes(item.split));
}

/**
 * A share of the patients, the same for the same seed, of each class at least one.
 * @param cases of the side that is trained on
 * @param fraction in (0, 1]
 * @throws DATASET_INVALID where a class has none, as in an evaluation set: its weight in the loss would be infinite
 */
export function samplePatients(cases: DatasetCase[], fraction: number, seed: number): DatasetCase[] {
  for (const [label, className] of classNames.entries()) {
    if (cases.some((item) => item.label === label)) continue;
    throw invalid(
      `class ${className} has no images to train on; train on a version with both classes on its training side, ` +
        "and not on an evaluation set",
    );
  }
  if (fraction === 1) return cases;
  const kept = new Set<string>();
  for (const label of [0, 1]) {
    const patients = [
      ...new Set(cases.filter((item) => item.label === label).map((item) => item.patientId)),
    ].sort();
    const count = Math.max(1, Math.round(patients.length * fraction));
    for (const patient of createRandom(seed + label)
      .shuffle(patients)
      .slice(0, count))
      kept.add(patient);
  }
  return cases.filter((item) => kept.has(item.patientId));
}

/** Reads, checks by digest, decodes and resizes the images of cases into memory: size² bytes each. */
export async function loadCases(
  store: ArtifactStore,
  cases: DatasetCase[],
  { size, signal, onProgress }: LoadOptions,
): Promise<LoadedCases> {
  const area = size * size;
  // Shared, so that the thread that augments need not have its own copy.
  const gray = new Uint8Array(new SharedArrayBuffer(cases.length * area));
  for (const [i, item] of cases.entries()) {
    if (signal.aborted) throw new PneumoscopeError("TRAINING_CANCELLED", "The run was cancelled.");
    gray.set(await imageToModelGray(await store.get(item.digest), size), i * area);
    onProgress(i + 1, cases.length);
  }
  return { gray, labels: Uint8Array.from(cases, (item) => item.label), cases };
}
