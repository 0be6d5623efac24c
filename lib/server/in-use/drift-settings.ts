import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";

const settingsSchema = z.object({
  DRIFT_PSI: z.coerce.number().gt(0).max(20).default(0.25),
  DRIFT_KS: z.coerce.number().gt(0).max(1).default(0.15),
  DRIFT_DAYS: z.coerce.number().int().min(1).max(90).default(14),
  DRIFT_RESULTS: z.coerce.number().int().min(50).max(1_000_000).default(200),
});

/** From when on a version's probabilities count as drifted. */
export interface DriftSettings {
  /** Population stability index. */
  psi: number;
  /** Kolmogorov and Smirnov's statistic, 0 to 1. */
  ks: number;
  /** How many of the latest days are looked at. */
  days: number;
  /** Below so many results nothing is said. */
  results: number;
}

/** Reads DRIFT_PSI, DRIFT_KS, DRIFT_DAYS and DRIFT_RESULTS. @throws CONFIG_INVALID naming the variable */
export function readDriftSettings(source: Record<string, string | undefined> = process.env): DriftSettings {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `${issue?.path.join(".")}: ${issue?.message}. Change or unset this environment variable.`,
    );
  }
  const { DRIFT_PSI, DRIFT_KS, DRIFT_DAYS, DRIFT_RESULTS } = parsed.data;
  return { psi: DRIFT_PSI, ks: DRIFT_KS, days: DRIFT_DAYS, results: DRIFT_RESULTS };
}
