/** How much the seeded record holds. Fixed, so that figures taken from it can be compared. */
export const plan = {
  runs: 11_000,
  epochs: 200,
  versions: 1_000,
  datasets: 120,
  users: 200,
  auditEvents: 1_000_000,
  feedback: 40_000,
  /** Between two runs. */
  runEveryMinutes: 140,
  /** Runs, counted from the last, whose predictions are on record. */
  runsWithPredictions: 500,
  /** Of those, counted from the last, with a stored evaluation: more than a comparison holds. */
  runsWithEvaluations: 24,
} as const;

/** What every seeded training returns. */
export const seededCalibration = { temperature: 1.2, threshold: 0.5 } as const;

/** Midnight (UTC) of the day: what the record reaches up to. */
export function lastMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

export const padded = (index: number) => String(index).padStart(5, "0");
export const runIdOf = (index: number) => `run-seeded-${padded(index)}`;
