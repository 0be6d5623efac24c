import * as z from "zod";

/** Bins of equal width over probabilities 0 to 1; the last one holds 1. */
export const probabilityBins = 20;

/** Upper bounds of the bins of time from opening an image to its result, in milliseconds; the last bin has none. */
export const speedBoundsMs = [100, 200, 400, 800, 1_600, 3_200, 6_400] as const;

export const refusalKinds = ["colour", "shape", "content", "unlike-training"] as const;
export type RefusalKind = (typeof refusalKinds)[number];

export const backendNames = ["webgpu", "wasm"] as const;
export type StatisticsBackend = (typeof backendNames)[number];

/** A day of fewer results is added to the next one: few results would say much about one patient. */
export const fewestResults = 10;

const count = z.int().min(0).max(20_000);

/** Counts of one day and model version; nothing of a single image is in it. */
export const statisticsCountsSchema = z.strictObject({
  probabilities: z.array(count).length(probabilityBins),
  refusals: z.strictObject({ colour: count, shape: count, content: count, "unlike-training": count }),
  backends: z.strictObject({ webgpu: count, wasm: count }),
  speeds: z.array(count).length(speedBoundsMs.length + 1),
});
export type StatisticsCounts = z.infer<typeof statisticsCountsSchema>;

/** What a browser sends once for a day and version. `id` is random: a report that comes twice counts once. */
export const statisticsReportSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  day: z.iso.date(),
  serial: z.int().min(1).max(2_147_483_647),
  counts: statisticsCountsSchema.refine(
    (counts) => resultsIn(counts) >= fewestResults,
    `fewer than ${fewestResults} results`,
  ),
});
export type StatisticsReport = z.infer<typeof statisticsReportSchema>;

export const reportBatch = 50;

/** What is counted of one reading. */
export type CountedOutcome = { backend: StatisticsBackend } & (
  | { probability: number; durationMs: number }
  | { refused: RefusalKind }
);

export function emptyCounts(): StatisticsCounts {
  return {
    probabilities: new Array<number>(probabilityBins).fill(0),
    refusals: { colour: 0, shape: 0, content: 0, "unlike-training": 0 },
    backends: { webgpu: 0, wasm: 0 },
    speeds: new Array<number>(speedBoundsMs.length + 1).fill(0),
  };
}

/** The bin of a probability, 0 to 1. */
export function probabilityBin(probability: number): number {
  return Math.min(probabilityBins - 1, Math.max(0, Math.floor(probability * probabilityBins)));
}

/** [20] how many probabilities fall into each bin. */
export function countProbabilities(probabilities: Iterable<number>): number[] {
  const counts = new Array<number>(probabilityBins).fill(0);
  for (const probability of probabilities) {
    const bin = probabilityBin(probability);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The bin of a duration. */
export function speedBin(durationMs: number): number {
  const bin = speedBoundsMs.findIndex((bound) => durationMs < bound);
  return bin === -1 ? speedBoundsMs.length : bin;
}

/** One outcome as counts. */
export function countsOf(outcome: CountedOutcome): StatisticsCounts {
  const counts = emptyCounts();
  counts.backends[outcome.backend] = 1;
  if ("refused" in outcome) counts.refusals[outcome.refused] = 1;
  else {
    counts.probabilities[probabilityBin(outcome.probability)] = 1;
    counts.speeds[speedBin(outcome.durationMs)] = 1;
  }
  return counts;
}

export function addCounts(a: StatisticsCounts, b: StatisticsCounts): StatisticsCounts {
  const both = (x: readonly number[], y: readonly number[]) => x.map((value, i) => value + (y[i] ?? 0));
  const sum = emptyCounts();
  for (const kind of refusalKinds) sum.refusals[kind] = a.refusals[kind] + b.refusals[kind];
  for (const name of backendNames) sum.backends[name] = a.backends[name] + b.backends[name];
  sum.probabilities = both(a.probabilities, b.probabilities);
  sum.speeds = both(a.speeds, b.speeds);
  return sum;
}

/** Readings and refusals together. */
export function resultsIn({ probabilities, refusals }: StatisticsCounts): number {
  return sumOf(probabilities) + sumOf(Object.values(refusals));
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
