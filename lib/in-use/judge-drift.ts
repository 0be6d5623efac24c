import * as z from "zod";
import { type HistogramDrift, measureHistogramDrift } from "@/lib/metrics/histogram-drift";
import { sumOf } from "./statistics";

/** From when on a version's probabilities count as drifted. */
export const driftSettingsSchema = z.strictObject({
  /** Population stability index. */
  psi: z.number().gt(0).max(20),
  /** Kolmogorov and Smirnov's statistic, 0 to 1. */
  ks: z.number().gt(0).max(1),
  /** How many of the latest days are looked at. */
  days: z.int().min(1).max(90),
  /** Below so many results nothing is said. */
  results: z.int().min(50).max(1_000_000),
});
export type DriftSettings = z.infer<typeof driftSettingsSchema>;
export type DriftLimits = Omit<DriftSettings, "days">;

/** Why nothing is measured, or what was. */
export type DriftVerdict =
  | { state: "no-reference" }
  | { state: "too-few"; results: number; needed: number }
  | { state: "stable" | "drifted"; drift: HistogramDrift };

/**
 * Whether probabilities in use are distributed otherwise than the stored ones. They have drifted where PSI or KS is
 * at its limit and above what chance makes of it (PSI once in 1,000 comparisons; KS with p < 0.001).
 * @param reference [20] counts of the stored predictions, or null
 * @param seen [20] counts of the latest days
 */
export function judgeDrift(
  reference: readonly number[] | null,
  seen: readonly number[],
  limits: DriftLimits,
): DriftVerdict {
  if (!reference || sumOf(reference) === 0) return { state: "no-reference" };
  const results = sumOf(seen);
  if (results < limits.results) return { state: "too-few", results, needed: limits.results };
  const drift = measureHistogramDrift(reference, seen);
  const { psi, psiByChance, ks, ksP } = drift;
  const drifted = (psi >= limits.psi && psi > psiByChance) || (ks >= limits.ks && ksP < 0.001);
  return { state: drifted ? "drifted" : "stable", drift };
}
