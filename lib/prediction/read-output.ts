import type { ModelManifest } from "@/lib/manifest";
import type { NetworkOutputs } from "@/lib/resnet18/predictor";
import type { Radiograph } from "@/lib/xray/radiograph";
import { cautionsOf } from "./cautions";
import { interpret, type Prediction } from "./interpret";
import type { ActivationMap, Caution, RefusalReason } from "./outcome";
import { distanceFrom } from "./refusal";

export type Outcome =
  | { status: "ok"; prediction: Prediction & { map: ActivationMap }; cautions: Caution[] }
  | { status: "refused"; reasons: RefusalReason[]; cautions: Caution[] };

export interface ReadOptions {
  /** Reads drawn samples too, which are far from radiographs. Never set for a file. */
  acceptUnlikeTraining?: boolean;
}

/** An image that refuseAtFirstLook turned away. */
export function refusedOutcome(
  reasons: RefusalReason[],
  manifest: ModelManifest,
  { dicom }: Pick<Radiograph, "dicom">,
): Outcome {
  return { status: "refused", reasons, cautions: cautionsOf(dicom, manifest) };
}

/**
 * What a model version says of one image of a batch: a prediction, or why there is none.
 * @throws RangeError for outputs that are not finite
 */
export function readOutput(
  outputs: NetworkOutputs,
  index: number,
  manifest: ModelManifest,
  radiograph: Pick<Radiograph, "dicom">,
  { acceptUnlikeTraining = false }: ReadOptions = {},
): Outcome {
  const { logits, maps, mapSide, bias, descriptors } = outputs;
  const row = (values: Float32Array, width: number) => values.slice(index * width, (index + 1) * width);
  const prediction = interpret(logits[index] ?? Number.NaN, manifest);
  const { reference, limit } = manifest.refusal;
  const distance = distanceFrom(reference, row(descriptors, reference.mean.length));
  if (!Number.isFinite(distance))
    throw new RangeError(`the model gave ${distance} instead of a finite distance`);
  if (distance > limit && !acceptUnlikeTraining) {
    return refusedOutcome([{ kind: "unlike-training", value: distance, limit }], manifest, radiograph);
  }
  const values = Float32Array.from(row(maps, mapSide * mapSide));
  const map = { side: mapSide, values, bias };
  return {
    status: "ok",
    prediction: { ...prediction, map },
    cautions: cautionsOf(radiograph.dicom, manifest),
  };
}
