import type { DatasetCase } from "@/lib/dataset/listing";
import type { DuplicatePair } from "./pairs";
import { type CaseOfPair, describeThing, type ProblemThing } from "./problem-things";

/** An error ends the run; a warning is told; a note is only kept. */
export const problemLevels = ["error", "warning", "note"] as const;
export type ProblemLevel = (typeof problemLevels)[number];

export const problemRules = {
  "undecodable-in-version": "error",
  "patient-across-splits": "error",
  "patient-moved": "error",
  "identical-across-classes": "error",
  "identical-across-splits": "error",
  "near-duplicate-across-classes": "error",
  "near-duplicate-across-splits": "error",
  undecodable: "warning",
  "left-out-copy": "warning",
  blank: "warning",
  lookalikes: "warning",
  relabelled: "warning",
  "now-held-out": "warning",
  "drift-major": "warning",
  "drift-moderate": "note",
  "images-removed": "note",
} as const satisfies Record<string, ProblemLevel>;
export type ProblemRule = keyof typeof problemRules;

export interface Problem {
  rule: ProblemRule;
  level: ProblemLevel;
  /** How many cases, pairs, files or measures. */
  count: number;
  /** The first few; reports from before it was kept do not say. */
  named?: ProblemThing[];
  /** What is wrong, with the first few named, and for errors the way out. In English; pages say it from the rest. */
  message: string;
}

const namedAtMost = 5;

/** A problem, its message being `what`, the first few things by name, and the way out. */
export function problem(
  rule: ProblemRule,
  things: readonly ProblemThing[],
  what: string,
  wayOut = "",
): Problem {
  const named = things.slice(0, namedAtMost);
  const more = things.length > namedAtMost ? `; and ${things.length - namedAtMost} more` : "";
  const end = wayOut ? ` ${wayOut}` : "";
  return {
    rule,
    level: problemRules[rule],
    count: things.length,
    named,
    message: `${what}: ${named.map(describeThing).join("; ")}${more}.${end}`,
  };
}

const removeOne = "Remove one of the two files from the data";

/** What a pair of the same or nearly the same image breaks. */
export function pairProblems(
  kind: "identical" | "near-duplicate",
  pairs: readonly DuplicatePair[],
  caseOf: (caseId: string) => DatasetCase,
): Problem[] {
  const acrossClasses: ProblemThing[] = [];
  const acrossSplits: ProblemThing[] = [];
  for (const { first: firstId, second: secondId, distance, correlation } of pairs) {
    const [first, second] = [caseOfPair(caseOf(firstId)), caseOfPair(caseOf(secondId))];
    const likeness = kind === "near-duplicate" ? { likeness: { distance, correlation } } : {};
    if (first.label !== second.label) acrossClasses.push({ kind: "classes", first, second, ...likeness });
    if (first.split !== second.split) acrossSplits.push({ kind: "sides", first, second, ...likeness });
  }
  const what = kind === "identical" ? "The same image" : "Nearly the same image";
  return [
    ...(acrossClasses.length > 0
      ? [problem(`${kind}-across-classes`, acrossClasses, `${what} in both classes`, `${removeOne}.`)]
      : []),
    ...(acrossSplits.length > 0
      ? [
          problem(
            `${kind}-across-splits`,
            acrossSplits,
            `${what} on two sides of the split`,
            `${removeOne}, or name both files for one patient, and import again.`,
          ),
        ]
      : []),
  ];
}

function caseOfPair({ caseId, label, patientId, split }: DatasetCase): CaseOfPair {
  return { caseId, label, patientId, split };
}

/** Errors first, then warnings, then notes; otherwise in the order given. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problemLevels.flatMap((level) => problems.filter((item) => item.level === level));
}
