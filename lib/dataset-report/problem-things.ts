import { classNames, type DatasetCase } from "@/lib/dataset/listing";
import type { Split } from "@/lib/training/job";
import type { MeasureName } from "./image-measures";

/** How alike two images are: bits of 256 that differ, and the correlation of their detail. */
export interface Likeness {
  distance: number;
  correlation: number;
}

/** What a problem names, as values: every language makes its own sentence of them. */
export type ProblemThing =
  | { kind: "file"; path: string; reason?: string }
  | { kind: "patient"; patientId: string; splits: Split[] }
  | { kind: "moved"; patientId: string; from: Split; to: Split }
  | { kind: "classes"; first: CaseOfPair; second: CaseOfPair; likeness?: Likeness }
  | { kind: "sides"; first: CaseOfPair; second: CaseOfPair; likeness?: Likeness }
  | { kind: "lookalikes"; first: string; second: string; likeness: Likeness }
  | {
      kind: "drift";
      measure: MeasureName;
      part: "added" | "all";
      psi: number;
      medianBefore: number;
      medianAfter: number;
    };

export type CaseOfPair = Pick<DatasetCase, "caseId" | "label" | "patientId" | "split">;

/** In English, for the command line and the report's file. */
export function describeThing(thing: ProblemThing): string {
  switch (thing.kind) {
    case "file":
      return thing.reason === undefined ? thing.path : `${thing.path} (${thing.reason})`;
    case "patient":
      return `${thing.patientId} (${thing.splits.join(", ")})`;
    case "moved":
      return `${thing.patientId} (${thing.from} to ${thing.to})`;
    case "classes": {
      const [a, b] = [thing.first, thing.second].map(
        ({ caseId, label }) => `${caseId} is ${classNames[label]}`,
      );
      return `${a} and ${b}${likenessText(thing.likeness)}`;
    }
    case "sides": {
      const [a, b] = [thing.first, thing.second].map(
        ({ caseId, patientId, split }) => `${caseId} (patient ${patientId}, ${split})`,
      );
      return `${a} and ${b}${likenessText(thing.likeness)}`;
    }
    case "lookalikes": {
      const { distance, correlation } = thing.likeness;
      return `${thing.first} and ${thing.second} (${distance} of 256 bits, ${correlation.toFixed(3)})`;
    }
    case "drift": {
      const { measure, part, psi, medianBefore, medianAfter } = thing;
      return `${measure} of ${part} images (PSI ${psi.toFixed(2)}, median ${medianBefore} to ${medianAfter})`;
    }
  }
}

function likenessText(likeness: Likeness | undefined): string {
  if (!likeness) return "";
  return ` (${likeness.distance} of 256 bits, correlation ${likeness.correlation.toFixed(3)})`;
}
