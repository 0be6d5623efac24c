export const runStates = ["queued", "running", "succeeded", "failed", "skipped", "cancelled"] as const;
export type RunState = (typeof runStates)[number];

/** The stages of the loop, in their order. */
export const runStages = [
  "look",
  "dataset version",
  "check data",
  "train",
  "record",
  "evaluate",
  "decide",
  "publish",
  "notify",
] as const;
export type RunStage = (typeof runStages)[number];

/** What began a run; "person": somebody's press of a button. */
export const runTriggers = ["schedule", "event", "command", "person"] as const;
export type RunTrigger = (typeof runTriggers)[number];

export const runOutcomes = ["promote", "review", "keep"] as const;
export type RunOutcome = (typeof runOutcomes)[number];
