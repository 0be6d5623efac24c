import {
  addCounts,
  backendNames,
  emptyCounts,
  refusalKinds,
  type StatisticsCounts,
  sumOf,
} from "./statistics";

/** A row of the record: counts of one day and version, in the order of the kinds. */
export interface StatisticsRow {
  day: string;
  serial: number;
  reports: number;
  probabilities: number[];
  refusals: number[];
  backends: number[];
  speeds: number[];
}

export function countsOfRow({ probabilities, refusals, backends, speeds }: StatisticsRow): StatisticsCounts {
  const counts = emptyCounts();
  for (const [i, kind] of refusalKinds.entries()) counts.refusals[kind] = refusals[i] ?? 0;
  for (const [i, name] of backendNames.entries()) counts.backends[name] = backends[i] ?? 0;
  return { ...counts, probabilities, speeds };
}

export function sumOfRows(rows: readonly StatisticsRow[]): StatisticsCounts {
  return rows.map(countsOfRow).reduce(addCounts, emptyCounts());
}

export interface QuantilesOfDay {
  day: string;
  results: number;
  lower: number;
  median: number;
  upper: number;
}

/** The quartiles of each day's probabilities, days in order; days without results are left out. */
export function quartilesByDay(rows: readonly StatisticsRow[]): QuantilesOfDay[] {
  const days = [...new Set(rows.map(({ day }) => day))].sort();
  return days.flatMap((day) => {
    const { probabilities } = sumOfRows(rows.filter((row) => row.day === day));
    const results = sumOf(probabilities);
    if (results === 0) return [];
    const at = (share: number) => histogramQuantile(probabilities, share);
    return [{ day, results, lower: at(0.25), median: at(0.5), upper: at(0.75) }];
  });
}

/**
 * The quantile of values within 0 to 1 of which only a histogram of equal bins is known, taking them as spread evenly
 * in each bin.
 * @param share 0 to 1
 * @throws RangeError for an empty histogram
 */
export function histogramQuantile(counts: readonly number[], share: number): number {
  const total = sumOf(counts);
  if (total === 0) throw new RangeError("an empty histogram");
  const wanted = share * total;
  let below = 0;
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && below + count >= wanted)
      return (bin + Math.min(1, Math.max(0, (wanted - below) / count))) / counts.length;
    below += count;
  }
  return 1;
}
