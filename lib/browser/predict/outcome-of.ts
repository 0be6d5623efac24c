import type { ModelManifest } from "@/lib/manifest";
import { interpret } from "@/lib/prediction/interpret";
import type { ImageFacts, Outcome } from "./messages";
import type { NetworkOutput } from "./start-predictor";

/** What the model says of image `index` of a batch. @throws RangeError for a logit that is not a finite number */
export function outcomeOf(
  { logits }: NetworkOutput,
  index: number,
  manifest: ModelManifest,
  _facts: ImageFacts,
): Outcome {
  const side = 7;
  return {
    status: "ok",
    ...interpret(logits[index] ?? Number.NaN, manifest),
    uncertain: false,
    map: { side, values: new Float32Array(side * side), bias: 0 },
    cautions: [],
  };
}
