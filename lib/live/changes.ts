/** What changes are told of, each by the id of the thing that changed. */
export const liveKinds = [
  /** A run's state, stage, steps, notes. */
  "run",
  /** An epoch of a run ended; the id is the run's. */
  "epoch",
  /** What was decided about a run's challenger; the id is the run's. */
  "decision",
  /** Someone may or must decide, or has; the id is the run's. */
  "review",
  /** A version was published, crowned or retired; the id is its serial. */
  "model-version",
  /** A version was revoked; the id is its serial. */
  "revocation",
  /** The id is the version's digest. */
  "dataset-version",
  /** The check of a dataset version ended; the id is the version's digest. */
  "dataset-report",
  /** An upload, an import or a check of data went on or ended; the id is the job's or the upload's. */
  "dataset-job",
] as const;
export type LiveKind = (typeof liveKinds)[number];

/** Kinds that the server needs for itself and passes on to nobody. */
export const innerKinds = ["session", "user"] as const;

/** That something changed, and nothing of what it is now: who may see that asks for it. */
export interface LiveChange<Kind extends string = LiveKind> {
  kind: Kind;
  id: string;
  /** Of the transaction that made the change, the same wherever it is heard. */
  serial: string;
}

const known: ReadonlySet<string> = new Set([...liveKinds, ...innerKinds]);

/** What a notification of the database says; null for what is none of ours. */
export function parseChange(payload: string): LiveChange<LiveKind | (typeof innerKinds)[number]> | null {
  const [kind = "", serial = "", ...id] = payload.split(" ");
  if (!known.has(kind) || !/^\d+$/.test(serial) || id.length === 0) return null;
  return { kind: kind as LiveKind, serial, id: id.join(" ") };
}

export function isLiveKind(kind: string): kind is LiveKind {
  return (liveKinds as readonly string[]).includes(kind);
}
