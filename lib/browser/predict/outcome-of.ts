import type { ModelManifest } from "@/lib/manifest";
import { refuseAtFirstLook } from "@/lib/prediction/first-look";
import { type Outcome, readOutput, refusedOutcome } from "@/lib/prediction/read-output";
import type { NetworkOutputs } from "@/lib/resnet18/predictor";
import type { ImageFacts } from "./messages";

/**
 * What the model says of image `index` of a batch.
 * @param gray [size²], what it was computed from
 * @throws RangeError for outputs that are not finite
 */
export function outcomeOf(
  outputs: NetworkOutputs,
  index: number,
  manifest: ModelManifest,
  facts: ImageFacts,
  gray: Uint8Array,
): Outcome {
  const reasons = refuseAtFirstLook(facts, gray);
  return reasons.length > 0
    ? refusedOutcome(reasons, manifest, facts)
    : readOutput(outputs, index, manifest, facts, { acceptUnlikeTraining: facts.drawn ?? false });
}
