import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Database } from "@/drizzle/client";
import { imageMeasures } from "@/drizzle/schema";
import { assignSplit, defaultSalt } from "@/lib/dataset/assign-split";
import { patientKey } from "@/lib/dataset/patient-key";
import { measuredSize, measureImage, measuresSchemaVersion } from "@/lib/dataset-report/image-measures";
import { digestOf, type SigningKey, signManifest } from "@/lib/manifest";
import { exampleManifest } from "@/lib/manifest/manifest.fixture";
import { createRandom } from "@/lib/random";
import { encodePng } from "@/lib/testing/encode-png";
import { imageToModelGray } from "@/lib/xray/model-gray";
import { fakeWeights } from "./fake-work";

export async function writeBaseline(
  folder: string,
  releaseKey: SigningKey,
  skill: number,
  changes: { serial?: number; version?: string } = {},
): Promise<void> {
  const weights = fakeWeights(skill, "baseline");
  const digest = await digestOf(weights);
  const {
    previousVersion: _previous,
    restoresVersion: _restores,
    ...manifest
  } = exampleManifest({
    version: "v1",
    serial: 1,
    calibration: { temperature: 1 },
    threshold: { probability: 0.5, targetSensitivity: 0.95, chosenOn: "validation patients" },
    weights: {
      digest,
      sizeBytes: weights.byteLength,
      format: "safetensors-fp16",
      url: "/models/baseline/model.safetensors",
    },
    ...changes,
  });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "model.safetensors"), weights);
  await writeFile(
    path.join(folder, "manifest.json"),
    JSON.stringify(signManifest(manifest, releaseKey), null, 2),
  );
  const { keyId, publicKey } = releaseKey;
  await writeFile(path.join(folder, "release-key.json"), JSON.stringify({ keyId, publicKey }));
}

/** A run of patient numbers. */
export function patientsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/**
 * As many patients on each side of the split and of each class, found among the first numbers: few images are enough
 * for a comparison on held-out patients.
 */
export function evenPatients(perSideAndClass: number): number[] {
  const taken = new Map<string, number>();
  return patientsFrom(1, knownPatients).filter((patient) => {
    const cell = `${assignSplit(patientKey(fileOf(patient)), defaultSalt)} ${patient % 2}`;
    const count = taken.get(cell) ?? 0;
    taken.set(cell, count + 1);
    return count < perSideAndClass;
  });
}

/** Small distinct pictures, one per patient, named as the public data set names them. */
export async function writeDataset(folder: string, patients: readonly number[]): Promise<void> {
  for (const className of ["NORMAL", "PNEUMONIA"])
    await mkdir(path.join(folder, className), { recursive: true });
  for (const patient of patients)
    await writeFile(path.join(folder, fileOf(patient)), patientPicture(patient));
}

function fileOf(patient: number): string {
  return patient % 2 === 0
    ? `PNEUMONIA/person${patient}_virus_${patient}.png`
    : `NORMAL/IM-${patient}-0001.png`;
}

function patientPicture(index: number): Uint8Array {
  const random = createRandom(index);
  return encodePng({ width: 8, height: 8, data: Float32Array.from({ length: 64 }, () => random.int(256)) });
}

const knownPatients = 400;

/** Half a second of arithmetic that every deployment would repeat: measured once, as on another day. */
export async function knowMeasures(db: Database): Promise<void> {
  const rows = patientsFrom(1, knownPatients).map((patient) => measurePicture(patientPicture(patient)));
  await db.insert(imageMeasures).values(await Promise.all(rows));
}

async function measurePicture(png: Uint8Array): Promise<typeof imageMeasures.$inferInsert> {
  const gray = await imageToModelGray(png, measuredSize);
  return {
    digest: await digestOf(png),
    schemaVersion: measuresSchemaVersion,
    measures: measureImage(gray, { rows: 8, columns: 8 }),
  };
}
