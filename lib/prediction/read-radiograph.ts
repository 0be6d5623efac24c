import type { ModelManifest } from "@/lib/manifest";
import type { Predictor } from "@/lib/resnet18/predictor";
import { toGrayImage } from "@/lib/xray/decode-radiograph";
import { toModelGray } from "@/lib/xray/model-gray";
import type { Radiograph } from "@/lib/xray/radiograph";
import { refuseAtFirstLook } from "./first-look";
import { type Outcome, type ReadOptions, readOutput, refusedOutcome } from "./read-output";

/** One radiograph from its values to its outcome: what the page does in batches. @throws RangeError for broken outputs */
export async function readRadiograph(
  radiograph: Radiograph,
  { manifest, predictor }: { manifest: ModelManifest; predictor: Pick<Predictor, "predict"> },
  options?: ReadOptions,
): Promise<Outcome> {
  const gray = toModelGray(toGrayImage(radiograph), manifest.preprocessing.size);
  const reasons = refuseAtFirstLook(radiograph, gray);
  if (reasons.length > 0) return refusedOutcome(reasons, manifest, radiograph);
  return readOutput(await predictor.predict(gray, 1), 0, manifest, radiograph, options);
}
