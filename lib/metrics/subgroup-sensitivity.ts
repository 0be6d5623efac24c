import type { EvaluatedCase } from "./evaluate-cases";
import { type Interval, wilson } from "./interval";

export interface SubgroupSensitivity {
  images: number;
  patients: number;
  /** Wilson's interval, images taken as independent; nulls without images. */
  sensitivity: Interval;
}

/** Sensitivity among the positives of a subgroup, a case being called where its probability ≥ threshold. */
export function subgroupSensitivity<Case extends EvaluatedCase>(
  cases: readonly Case[],
  threshold: number,
  isMember: (item: Case) => boolean,
): SubgroupSensitivity {
  const members = cases.filter((item) => item.label === 1 && isMember(item));
  const called = members.filter((item) => item.probability >= threshold).length;
  return {
    images: members.length,
    patients: new Set(members.map((item) => item.patientId)).size,
    sensitivity: wilson(called, members.length),
  };
}
