import type { CasePrediction } from "@/lib/training/job";
import { readings } from "./figures";

/**
 * Why two models cannot be compared on these cases, or null. Both lists are sorted by caseId.
 * @param other what to call the second model
 */
export function sameCasesProblem(
  champion: readonly CasePrediction[],
  challenger: readonly CasePrediction[],
  other = "challenger",
): string | null {
  if (champion.length === 0) return "The champion was run on no held-out images.";
  for (let at = 0; at < Math.max(champion.length, challenger.length); at++) {
    const [ours, theirs] = [champion[at], challenger[at]];
    if (!ours || !theirs || ours.caseId !== theirs.caseId) {
      const missing = !theirs || (ours && ours.caseId < theirs.caseId) ? ours : theirs;
      const by = missing === ours ? other : "champion";
      return `The ${by} was not run on ${missing?.caseId}, so the two cannot be compared.`;
    }
    if (ours.label !== theirs.label || ours.patientId !== theirs.patientId) {
      return `${ours.caseId} has another label or patient for the ${other} than for the champion.`;
    }
    if (champion[at - 1]?.caseId === ours.caseId) return `${ours.caseId} is counted twice.`;
    const [champions, challengers] = [readings(ours), readings(theirs)];
    if (champions.length !== challengers.length) {
      return `${ours.caseId} was read ${champions.length} times by the champion and ${challengers.length} by the ${other}.`;
    }
    const strange = (logits: number[]) => logits.find((logit) => !Number.isFinite(logit));
    if (strange(champions) !== undefined)
      return `The champion's logit for ${ours.caseId} is ${strange(champions)}.`;
    if (strange(challengers) !== undefined)
      return `The ${other}'s logit for ${ours.caseId} is ${strange(challengers)}.`;
  }
  for (const [label, name] of ["NORMAL", "PNEUMONIA"].entries()) {
    if (!champion.some((item) => item.label === label))
      return `There are no held-out images of class ${name}.`;
  }
  return null;
}
