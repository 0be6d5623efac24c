import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { auc } from "@/lib/metrics/auc";
import { type Interval, wilson } from "@/lib/metrics/interval";
import { refuseAtFirstLook } from "@/lib/prediction/first-look";
import { distancesFrom, type Refusal } from "@/lib/prediction/refusal";
import type { Weights } from "@/lib/safetensors/safetensors";
import type { TrainingConfig } from "@/lib/training/config";
import { decodeRadiograph, toGrayImage } from "@/lib/xray/decode-radiograph";
import { toModelGray } from "@/lib/xray/model-gray";
import type { Engine } from "./engines/engine";
import { predictOutputs } from "./predict-outputs";

/** Images of one kind that are no chest radiographs. */
export interface ForeignKind {
  kind: string;
  images: number;
  /** By distance alone, the images shown in gray. */
  refusedByDistance: number;
  /** By distance or at first look, as a reader would meet it. */
  refused: number;
}

export interface ForeignReport {
  kinds: ForeignKind[];
  /** By distance alone, over all kinds. */
  refused: Interval;
  images: number;
  unreadable: number;
  /** Of the distance, held-out radiographs against foreign images. */
  auc: number | null;
  /** Share of each that a limit refuses. */
  roc: { limit: number; radiographs: number; foreign: number }[];
}

export interface ForeignOptions {
  engine: Engine;
  weights: Weights;
  refusal: Refusal;
  config: Pick<TrainingConfig, "imageSize" | "views">;
  onProgress?: (done: number, total: number) => void;
}

const limits = [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 7];

/**
 * How much of a folder of foreign images, one subfolder a kind, a model version refuses.
 * @param heldOut [n × size²] held-out radiographs, for the ROC
 */
export async function measureForeign(
  folder: string,
  heldOut: Uint8Array,
  options: ForeignOptions,
): Promise<ForeignReport> {
  const kinds = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const report: ForeignKind[] = [];
  const foreign: number[] = [];
  let unreadable = 0;
  for (const { name } of kinds.sort((a, b) => a.name.localeCompare(b.name))) {
    const images = await loadKind(path.join(folder, name), options.config.imageSize);
    unreadable += images.unreadable;
    const distances = await distancesOf(images.gray, options);
    const far = [...distances].map((distance) => distance > options.refusal.limit);
    foreign.push(...distances);
    report.push({
      kind: name,
      images: far.length,
      refusedByDistance: far.filter(Boolean).length,
      refused: far.filter((isFar, i) => isFar || images.refusedAtFirstLook[i]).length,
    });
    options.onProgress?.(report.length, kinds.length);
  }
  const radiographs = [...(await distancesOf(heldOut, options))];
  const refusedShare = (distances: number[], limit: number) =>
    distances.filter((distance) => distance > limit).length / distances.length;
  return {
    kinds: report,
    refused: wilson(
      report.reduce((sum, kind) => sum + kind.refusedByDistance, 0),
      foreign.length,
    ),
    images: foreign.length,
    unreadable,
    auc: auc([...radiographs.map(() => 0), ...foreign.map(() => 1)], [...radiographs, ...foreign]),
    roc: [...limits, options.refusal.limit]
      .sort((a, b) => a - b)
      .map((limit) => ({
        limit,
        radiographs: refusedShare(radiographs, limit),
        foreign: refusedShare(foreign, limit),
      })),
  };
}

async function distancesOf(gray: Uint8Array, { engine, weights, refusal, config }: ForeignOptions) {
  const { descriptors } = await predictOutputs(
    engine,
    weights,
    { gray },
    {
      size: config.imageSize,
      views: config.views,
    },
  );
  return distancesFrom(refusal.reference, descriptors);
}

async function loadKind(folder: string, size: number) {
  const grays: Uint8Array[] = [];
  const refusedAtFirstLook: boolean[] = [];
  let unreadable = 0;
  for (const name of (await readdir(folder)).sort()) {
    try {
      const radiograph = await decodeRadiograph(await readFile(path.join(folder, name)));
      const gray = toModelGray(toGrayImage(radiograph), size);
      grays.push(gray);
      refusedAtFirstLook.push(refuseAtFirstLook(radiograph, gray).length > 0);
    } catch {
      unreadable++;
    }
  }
  return { gray: Uint8Array.from(Buffer.concat(grays)), refusedAtFirstLook, unreadable };
}

/** The report as Markdown: a table of kinds and a table of the ROC. */
export function foreignTables({ kinds, roc, auc: area }: ForeignReport, limit: number): string {
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return [
    "| images that are no chest radiographs | images | refused by distance, in gray | refused with colour, shape and content |",
    "|---|---|---|---|",
    ...kinds.map(
      ({ kind, images, refusedByDistance, refused }) =>
        `| ${kind} | ${images} | ${percent(refusedByDistance / images)} | ${percent(refused / images)} |`,
    ),
    "",
    `Area under the ROC of the distance, held-out radiographs against these images: ${area?.toFixed(5)}. The limit is ${limit}.`,
    "",
    "| limit | held-out radiographs refused | foreign images refused |",
    "|---|---|---|",
    ...roc.map((row) => `| ${row.limit} | ${percent(row.radiographs)} | ${percent(row.foreign)} |`),
  ].join("\n");
}
