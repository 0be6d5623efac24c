/** What a job of the loop reports that it is doing; commands report others of their own. Pages have words for these. */
export const jobPhases = [
  "load",
  "resume",
  "train",
  "validate",
  "calibrate",
  "reference",
  "evaluate",
  "parity",
] as const;
export type JobPhase = (typeof jobPhases)[number];

/** A trainer of another version may know more. */
export function isJobPhase(phase: string): phase is JobPhase {
  return (jobPhases as readonly string[]).includes(phase);
}
