import type { ActivationMap } from "./outcome";

export type EvidenceClass = "NORMAL" | "PNEUMONIA";

/**
 * Evidence that is shown in full colour, in logits. The same for every image, so that a quiet one looks quiet. Cells of
 * real radiographs lie between about −8 and +6.
 */
export const evidenceRange = 6;

export interface Colour {
  red: number;
  green: number;
  blue: number;
}

/**
 * Where two neighbouring cells meet at a point, and how much of the second counts. Cells are known at their centres;
 * outside the outermost centres their value goes on.
 * @param share 0 to 1 of the image's side
 */
export function cellsAt(share: number, side: number): { first: number; second: number; part: number } {
  const place = Math.min(side - 1, Math.max(0, share * side - 0.5));
  const first = Math.floor(place);
  return { first, second: Math.min(side - 1, first + 1), part: place - first };
}

/**
 * The map between its cells, bilinear.
 * @param u,v 0 to 1 of the image's width and height
 * @returns logits
 */
export function evidenceAt(
  { side, values }: Pick<ActivationMap, "side" | "values">,
  u: number,
  v: number,
): number {
  const column = cellsAt(u, side);
  const row = cellsAt(v, side);
  const at = (y: number, x: number) => values[y * side + x] as number;
  const upper = mix(at(row.first, column.first), at(row.first, column.second), column.part);
  const lower = mix(at(row.second, column.first), at(row.second, column.second), column.part);
  return mix(upper, lower, row.part);
}

/** @returns [height × width] in logits, at the centres of the pixels */
export function upsample(map: ActivationMap, width: number, height: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: width * height }, (_, i) =>
    evidenceAt(map, ((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height),
  );
}

/** How much a value speaks for a class: 0 where it speaks for the other, 1 from the full range on. */
export function strengthFor(evidenceClass: EvidenceClass, logits: number): number {
  const towards = evidenceClass === "PNEUMONIA" ? logits : -logits;
  return Math.min(1, Math.max(0, towards / evidenceRange));
}

/**
 * Lightness grows with strength in both, so that they also read in gray; orange and blue stay apart for every common
 * form of colour blindness.
 */
const ramps: Record<EvidenceClass, readonly [Colour, Colour, Colour]> = {
  PNEUMONIA: [
    { red: 190, green: 50, blue: 0 },
    { red: 250, green: 125, blue: 0 },
    { red: 255, green: 215, blue: 70 },
  ],
  NORMAL: [
    { red: 0, green: 75, blue: 190 },
    { red: 20, green: 150, blue: 250 },
    { red: 130, green: 230, blue: 255 },
  ],
};

/** @param strength 0 to 1 */
export function colourOf(evidenceClass: EvidenceClass, strength: number): Colour {
  const [low, middle, high] = ramps[evidenceClass];
  const [from, to] = strength < 0.5 ? [low, middle] : [middle, high];
  const part = strength < 0.5 ? strength * 2 : strength * 2 - 1;
  return {
    red: mix(from.red, to.red, part),
    green: mix(from.green, to.green, part),
    blue: mix(from.blue, to.blue, part),
  };
}

/** How much of the image the colour covers: nothing without evidence, all that `opacity` allows at the full range. */
export function coverOf(strength: number, opacity: number): number {
  return opacity * strength;
}

/** @returns the mean of the cells; with the bias it is the logit */
export function meanEvidence({ values }: Pick<ActivationMap, "values">): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}
