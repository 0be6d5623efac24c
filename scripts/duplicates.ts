import { readFile } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "commander";
// biome-ignore lint/style/noRestrictedImports: it makes altered copies of files, which are then read by lib/xray.
import sharp, { type Sharp } from "sharp";
import { patientKey } from "@/lib/dataset/patient-key";
import { quantileOf } from "@/lib/dataset-report/distribution";
import { measuredSize } from "@/lib/dataset-report/image-measures";
import { detailCorrelation, localDetail } from "@/lib/dataset-report/local-detail";
import { candidateRadius, isNearDuplicate } from "@/lib/dataset-report/pairs";
import { hashDistance, nearPairs, packHashes, perceptualHash } from "@/lib/dataset-report/perceptual-hash";
import { folderSource } from "@/lib/node/folder-source";
import { imageToModelGray } from "@/lib/xray/model-gray";
import { progressLine } from "./cli/progress";
import { resolveTyped } from "./cli/project-folder";
import { newCommand, runCommand } from "./cli/run-command";

const command = newCommand(
  "duplicates",
  "How far apart the images of different patients are, and copies of the same image, in the two measures that find " +
    "near duplicates. Behind docs/data-reports.md.",
)
  .argument("<folder>", "labelled folder, as for npm run data -- import")
  .option("--every <n>", "make copies of every n-th image", wholeNumber, 17)
  .option("--json", "print one JSON object instead of a table")
  .parse();

const alter =
  (change: (picture: Sharp) => Sharp, quality = 75) =>
  (file: Uint8Array) =>
    change(sharp(file)).jpeg({ quality }).toBuffer();
const crop = (share: number) => async (file: Uint8Array) => {
  const { width, height } = await sharp(file).metadata();
  const [left, top] = [Math.round(width * share), Math.round(height * share)];
  const part = { left, top, width: width - 2 * left, height: height - 2 * top };
  return sharp(file).extract(part).resize(width, height, { fit: "fill" }).jpeg({ quality: 75 }).toBuffer();
};
const resized = (side: number) => alter((picture) => picture.resize(side, side, { fit: "fill" }), 80);

const copies: Record<string, (file: Uint8Array) => Promise<Uint8Array>> = {
  "JPEG quality 30": alter((picture) => picture, 30),
  "JPEG quality 50": alter((picture) => picture, 50),
  "112 × 112": resized(112),
  "512 × 512": resized(512),
  "brightness × 0.95": alter((picture) => picture.linear(0.95, 0)),
  "brightness × 1.05": alter((picture) => picture.linear(1.05, 0)),
  "brightness − 13": alter((picture) => picture.linear(1, -13)),
  "brightness + 13": alter((picture) => picture.linear(1, 13)),
  "160 × 160, × 1.05, quality 50": alter(
    (picture) => picture.resize(160, 160, { fit: "fill" }).linear(1.05, 0),
    50,
  ),
  "contrast × 1.3": alter((picture) => picture.linear(1.3, -38)),
  "gamma 1.5": alter((picture) => picture.gamma(1.5, 1)),
  "1 % cut off each side": crop(0.01),
  "2 % cut off each side": crop(0.02),
  "turned by 1°": alter((picture) => picture.rotate(1)),
  mirrored: alter((picture) => picture.flop()),
};

interface Likeness {
  distance: number;
  correlation: number;
}

await runCommand(async () => {
  const { every, json } = command.opts<{ every: number; json?: boolean }>();
  const folder = resolveTyped(command.args[0] ?? "");
  const { files } = await folderSource(folder);
  const paths = files.map((file) => path.join(folder, file.path));
  const progress = progressLine();
  const grays: Uint8Array[] = [];
  for (const file of paths) {
    grays.push(await imageToModelGray(await readFile(file), measuredSize));
    progress.update(`read ${grays.length} of ${paths.length}`);
  }
  const report = {
    images: paths.length,
    differentPatients: compareDifferent(paths, grays),
    copies: await compareCopies(paths, grays, every, (name) => progress.update(name)),
  };
  progress.done();
  process.stdout.write(`${json ? JSON.stringify(report) : describe(report)}\n`);
});

function compareDifferent(paths: readonly string[], grays: readonly Uint8Array[]) {
  const packed = packHashes(grays.map((gray) => perceptualHash(gray, measuredSize)));
  const patients = paths.map(patientKey);
  const samePatient = { pairs: 0, nearDuplicates: 0 };
  const nearest: (Likeness & { first: string; second: string })[] = [];
  let nearDuplicates = 0;
  const startedMs = performance.now();
  nearPairs(packed, candidateRadius);
  const comparedInMs = Math.round(performance.now() - startedMs);
  // The pairs within this radius are few, and hold every candidate.
  const pairs = nearPairs(packed, candidateRadius + 32);
  const counts = new Array<number>(candidateRadius + 33).fill(0);
  for (const { first, second, distance } of pairs) {
    const [a, b] = [grays[first], grays[second]];
    if (!a || !b) continue;
    if (patients[first] === patients[second]) {
      samePatient.pairs++;
      if (isNearDuplicate({ distance, correlation: correlate(a, b) })) samePatient.nearDuplicates++;
      continue;
    }
    counts[distance] = (counts[distance] ?? 0) + 1;
    const correlation = correlate(a, b);
    nearest.push({ first: nameOf(paths[first]), second: nameOf(paths[second]), distance, correlation });
    if (isNearDuplicate({ distance, correlation })) nearDuplicates++;
  }
  nearest.sort((a, b) => a.distance - b.distance);
  return {
    pairs: countDifferent(patients),
    comparedInMs,
    nearDuplicates,
    candidates: nearest.filter((pair) => pair.distance <= candidateRadius).length,
    pairsByDistance: Object.fromEntries([...counts.entries()].filter(([, count]) => count > 0)),
    highestCorrelation: Math.max(...nearest.map((pair) => pair.correlation)),
    nearest: nearest.slice(0, 5),
    samePatient,
  };
}

function countDifferent(patients: readonly string[]): number {
  const sizes = new Map<string, number>();
  for (const patient of patients) sizes.set(patient, (sizes.get(patient) ?? 0) + 1);
  const within = [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  return (patients.length * (patients.length - 1)) / 2 - within;
}

async function compareCopies(
  paths: readonly string[],
  grays: readonly Uint8Array[],
  every: number,
  tell: (name: string) => void,
) {
  const report = [];
  for (const [name, copy] of Object.entries(copies)) {
    const found: Likeness[] = [];
    for (let at = 0; at < paths.length; at += every) {
      const gray = grays[at];
      if (!gray) continue;
      const other = await imageToModelGray(await copy(await readFile(paths[at] ?? "")), measuredSize);
      const distance = hashDistance(perceptualHash(gray, measuredSize), perceptualHash(other, measuredSize));
      found.push({ distance, correlation: correlate(gray, other) });
      tell(`${name}: ${found.length}`);
    }
    const distances = found.map((item) => item.distance).sort((a, b) => a - b);
    const correlations = found.map((item) => item.correlation).sort((a, b) => a - b);
    report.push({
      name,
      copies: found.length,
      found: found.filter(isNearDuplicate).length,
      distance: { median: quantileOf(distances, 0.5), largest: distances.at(-1) ?? 0 },
      correlation: { median: quantileOf(correlations, 0.5), smallest: correlations[0] ?? 0 },
    });
  }
  return report;
}

function correlate(a: Uint8Array, b: Uint8Array): number {
  return detailCorrelation(localDetail(a, measuredSize), localDetail(b, measuredSize));
}

function nameOf(file: string | undefined): string {
  return path.basename(file ?? "");
}

function describe({
  images,
  differentPatients,
  copies: rows,
}: {
  images: number;
  differentPatients: ReturnType<typeof compareDifferent>;
  copies: Awaited<ReturnType<typeof compareCopies>>;
}): string {
  const {
    pairs,
    comparedInMs,
    nearDuplicates,
    candidates,
    nearest,
    pairsByDistance,
    highestCorrelation,
    samePatient,
  } = differentPatients;
  return [
    `${images} images, ${pairs} pairs of different patients: ${candidates} candidates, ${nearDuplicates} near duplicates.`,
    `All pairs of hashes compared in ${comparedInMs} ms.`,
    `Pairs by distance: ${Object.entries(pairsByDistance)
      .map(([distance, count]) => `${distance}: ${count}`)
      .join(", ")}. Highest correlation among them ${highestCorrelation.toFixed(3)}.`,
    ...nearest.map(
      (pair) => `  ${pair.first} ${pair.second} ${pair.distance} ${pair.correlation.toFixed(3)}`,
    ),
    `Same patient: ${samePatient.nearDuplicates} near duplicates.`,
    "",
    "| copy | found | distance, median and largest | correlation, median and smallest |",
    "|---|---|---|---|",
    ...rows.map(
      ({ name, copies: made, found, distance, correlation }) =>
        `| ${name} | ${found} of ${made} | ${distance.median}, ${distance.largest} | ` +
        `${correlation.median.toFixed(3)}, ${correlation.smallest.toFixed(3)} |`,
    ),
  ].join("\n");
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It is a whole number above 0.");
}
