import { readFile } from "node:fs/promises";
import type { Digest } from "@/lib/artifacts/store";
import { patientKey } from "@/lib/dataset/patient-key";
import { describeError, PneumoscopeError } from "@/lib/errors";
import type { Reading } from "@/lib/evaluation/evaluate-readings";
import { digestOf, type ModelManifest } from "@/lib/manifest";
import { refuseAtFirstLook } from "@/lib/prediction/first-look";
import { distanceFrom } from "@/lib/prediction/refusal";
import type { Weights } from "@/lib/safetensors/safetensors";
import { decodeRadiograph, toGrayImage } from "@/lib/xray/decode-radiograph";
import { toModelGray } from "@/lib/xray/model-gray";
import { findPerturbation, perturbImages } from "@/trainer/data/perturb";
import type { Engine } from "@/trainer/engines/engine";
import { predictLogits, predictOutputs } from "@/trainer/predict-outputs";
import type { LabelledFile } from "./labelled-folder";

/** Images in memory at a time. */
const chunkSize = 256;
const largestBadShare = 0.05;
const namedBadFiles = 20;

export interface UnreadableFile {
  file: string;
  reason: string;
}

export interface LabelledReading extends Reading {
  /** Of the file. */
  digest: Digest;
}

export interface ReadLabelledOptions {
  folder: string;
  engine: Engine;
  weights: Weights;
  manifest: ModelManifest;
  /** Perturbations under which every image is read too. */
  conditions: readonly string[];
  onProgress(text: string): void;
}

/**
 * What a model version says of labelled files, as they are and perturbed, and whether the page would refuse them.
 * @throws DATASET_TOO_MANY_BAD_FILES where more than 5 % cannot be read
 */
export async function readLabelledFiles(
  files: readonly LabelledFile[],
  options: ReadLabelledOptions,
): Promise<{ readings: LabelledReading[]; unreadable: UnreadableFile[] }> {
  const readings: LabelledReading[] = [];
  const unreadable: UnreadableFile[] = [];
  for (let start = 0; start < files.length; start += chunkSize) {
    const chunk = await decodeChunk(
      files.slice(start, start + chunkSize),
      options.manifest.preprocessing.size,
    );
    unreadable.push(...chunk.unreadable);
    refuseTooManyBad(options.folder, unreadable, files.length);
    readings.push(
      ...(await readChunk(chunk, {
        ...options,
        onProgress: (text) => options.onProgress(`${text}: from ${start} of ${files.length} images`),
      })),
    );
  }
  return { readings, unreadable };
}

interface Chunk {
  items: { file: LabelledFile; digest: Digest; refusedFor: string | null }[];
  /** [items, size, size] */
  gray: Uint8Array;
  unreadable: UnreadableFile[];
}

async function decodeChunk(files: readonly LabelledFile[], size: number): Promise<Chunk> {
  const area = size * size;
  const gray = new Uint8Array(files.length * area);
  const chunk: Chunk = { items: [], gray, unreadable: [] };
  for (const file of files) {
    try {
      const bytes = await readFile(file.path);
      const radiograph = await decodeRadiograph(bytes);
      const image = toModelGray(toGrayImage(radiograph), size);
      const [reason] = refuseAtFirstLook(radiograph, image);
      gray.set(image, chunk.items.length * area);
      chunk.items.push({ file, digest: await digestOf(bytes), refusedFor: reason?.kind ?? null });
    } catch (error) {
      chunk.unreadable.push({ file: file.name, reason: describeError(error) });
    }
  }
  chunk.gray = gray.subarray(0, chunk.items.length * area);
  return chunk;
}

async function readChunk(chunk: Chunk, options: ReadLabelledOptions): Promise<LabelledReading[]> {
  const { engine, weights, manifest, conditions, onProgress } = options;
  const { views, preprocessing, refusal } = manifest;
  const { size } = preprocessing;
  const labels = Uint8Array.from(chunk.items, ({ file }) => file.label);
  const read = { size, views };
  onProgress("as they are");
  const { logits, descriptors } = await predictOutputs(engine, weights, { gray: chunk.gray }, read);
  const perturbed: Float32Array[] = [];
  for (const condition of conditions) {
    onProgress(condition);
    const gray = perturbImages({ gray: chunk.gray, labels }, size, findPerturbation(condition));
    perturbed.push(await predictLogits(engine, weights, { gray }, read));
  }
  const channels = refusal.reference.mean.length;
  return chunk.items.map(({ file, digest, refusedFor }, i) => {
    const distance = distanceFrom(refusal.reference, descriptors.subarray(i * channels, (i + 1) * channels));
    return {
      caseId: file.name.replaceAll("\\", "/"),
      patientId: patientKey(file.name),
      label: file.label,
      digest,
      logit: logits[i] as number,
      perturbedLogits: perturbed.map((values) => values[i] as number),
      refusedFor: refusedFor ?? (distance > refusal.limit ? "unlike-training" : null),
    };
  });
}

function refuseTooManyBad(folder: string, unreadable: UnreadableFile[], total: number): void {
  if (unreadable.length <= total * largestBadShare) return;
  const named = unreadable.slice(0, namedBadFiles).map(({ file, reason }) => `\n  ${file}: ${reason}`);
  throw new PneumoscopeError(
    "DATASET_TOO_MANY_BAD_FILES",
    `More than ${largestBadShare * 100} % of the ${total} images in ${folder} cannot be read:${named.join("")}`,
  );
}
