import { createRandom } from "@/lib/random";
import { type Interval, undefinedInterval } from "./interval";

export interface BootstrapOptions {
  resamples: number;
  seed: number;
}

/**
 * 95 % percentile intervals from resampling patients, so that images of one patient come and go together.
 * Each resample draws as many patients as there are, with replacement, and keeps all their cases. Resamples in
 * which a statistic is undefined do not count for it; where more than half are, it has no interval.
 * The seed fixes the result.
 * @param statistics one or more figures of a set of cases, all computed on the same resamples
 * @returns for each statistic its value on the cases themselves and its interval
 */
export function bootstrapAllByPatient<Case extends { patientId: string }>(
  cases: readonly Case[],
  statistics: (cases: readonly Case[]) => readonly (number | null)[],
  { resamples, seed }: BootstrapOptions,
): Interval[] {
  const patients = [...groupByPatient(cases).values()];
  const random = createRandom(seed);
  const values = statistics(cases);
  const draws = values.map((): number[] => []);
  for (let resample = 0; resample < resamples && patients.length > 0; resample++) {
    const sample: Case[] = [];
    for (let draw = 0; draw < patients.length; draw++) {
      for (const item of patients[random.int(patients.length)] ?? []) sample.push(item);
    }
    for (const [at, value] of statistics(sample).entries()) {
      if (value !== null) draws[at]?.push(value);
    }
  }
  return values.map((value, at) => {
    const sorted = Float64Array.from(draws[at] ?? []).sort();
    if (value === null) return undefinedInterval;
    if (sorted.length < Math.max(1, resamples / 2)) return { value, low: null, high: null };
    return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  });
}

/** bootstrapAllByPatient for one figure. */
export function bootstrapByPatient<Case extends { patientId: string }>(
  cases: readonly Case[],
  statistic: (cases: readonly Case[]) => number | null,
  options: BootstrapOptions,
): Interval {
  const [interval = undefinedInterval] = bootstrapAllByPatient(
    cases,
    (sample) => [statistic(sample)],
    options,
  );
  return interval;
}

function groupByPatient<Case extends { patientId: string }>(cases: readonly Case[]): Map<string, Case[]> {
  const groups = new Map<string, Case[]>();
  for (const item of cases) {
    const group = groups.get(item.patientId);
    if (group) group.push(item);
    else groups.set(item.patientId, [item]);
  }
  return groups;
}

/** Linear interpolation between order statistics (numpy's default). */
function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
