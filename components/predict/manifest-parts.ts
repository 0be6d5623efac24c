import type { Interval } from "@/components/ui/format";
import type { ModelManifest } from "@/lib/manifest";

interface Parts {
  uncertainBand?: {
    low: number;
    high: number;
    targetSensitivity: number;
    targetSpecificity: number;
    chosenOn: string;
    heldOut: { inside: Interval; errorsInside: Interval; errorsBelow: Interval; errorsAbove: Interval };
  };
  refusal?: {
    limit: number;
    heldOut: { refused: Interval; images: number };
    foreign?: { refused: Interval; images: number; material: string };
  };
  population?: { ageYears: readonly [number, number]; views: readonly string[] };
}

/** What newer manifests state besides. */
export function partsOf(manifest: ModelManifest): Parts {
  return manifest as unknown as Parts;
}
