import type { ModelManifest } from "@/lib/manifest";
import type { DicomFacts } from "@/lib/xray/radiograph";
import type { Caution } from "./outcome";

const projectionRadiography = ["CR", "DX", "DR", "RG", "RF", "XA"];
const frontalViews = ["PA", "AP"];
/** Years beyond the training population from which an age is far outside it. */
const farYears = 3;

/**
 * What the file states that the model was not made for. What it does not state is not judged.
 * Terms: DICOM PS3.3 C.7.3.1.1.1 (Modality), C.8.7.1 (View Position), PS3.16 annex L (Body Part Examined).
 */
export function cautionsOf(
  facts: Pick<DicomFacts, "modality" | "view" | "bodyPart" | "ageYears"> | null,
  { population }: Pick<ModelManifest, "population">,
): Caution[] {
  if (!facts) return [];
  const { modality, view, bodyPart, ageYears } = facts;
  const cautions: Caution[] = [];
  if (modality && !projectionRadiography.includes(modality))
    cautions.push({ kind: "modality", value: modality });
  if (bodyPart && !/CHEST|THORAX|LUNG|\bRIB/.test(bodyPart))
    cautions.push({ kind: "body-part", value: bodyPart });
  if (view && !frontalViews.includes(view)) cautions.push({ kind: "view", value: view });
  const [youngest, oldest] = population.ageYears;
  if (ageYears !== null && (ageYears < youngest - farYears || ageYears > oldest + farYears)) {
    cautions.push({ kind: "age", value: String(ageYears) });
  }
  return cautions;
}
