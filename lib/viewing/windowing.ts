import { levelOf } from "@/lib/xray/apply-voi";
import type { Radiograph, Voi } from "@/lib/xray/radiograph";

export type WindowVoi = Extract<Voi, { kind: "window" }>;

/** Values → pixels: the entry of a value is `round((value − first) × perUnit)`. */
export interface GrayTable {
  first: number;
  perUnit: number;
  /** Gray levels 0 to 255. */
  levels: Uint8Array<ArrayBuffer>;
}

/** Also what lies between two values is looked up, so that a narrow window shows no steps. */
const mostEntries = 65_536;

/** @param range least and greatest value that will be looked up */
export function grayTable(
  voi: Voi,
  inverted: boolean,
  range: { minimum: number; maximum: number },
): GrayTable {
  const span = range.maximum - range.minimum;
  const fits = (mostEntries - 1) / span;
  // A whole number of entries for each unit, so that whole values are met exactly.
  const perUnit = span <= 0 ? 1 : fits >= 1 ? Math.floor(fits) : fits;
  const levels = new Uint8Array(Math.round(span * perUnit) + 1);
  const level = levelOf(voi);
  for (let i = 0; i < levels.length; i++) {
    const gray = level(range.minimum + i / perUnit);
    levels[i] = Math.round(inverted ? 255 - gray : gray);
  }
  return { first: range.minimum, perUnit, levels };
}

/** The window from one value to another. */
export function windowBetween(low: number, high: number): WindowVoi {
  const width = Math.max(high - low, smallestWidth);
  return { kind: "window", center: (low + high) / 2, width, shape: "linear-exact" };
}

const smallestWidth = 1e-6;

/** A table has no width to drag: its window spans the values between nearly black and nearly white. */
export function asWindow(voi: Voi): WindowVoi {
  if (voi.kind === "window") return voi;
  const { firstValue, levels } = voi;
  const lowest = Math.min(levels[0] ?? 0, levels.at(-1) ?? 0);
  const highest = Math.max(levels[0] ?? 0, levels.at(-1) ?? 0);
  const margin = (highest - lowest) / 100;
  const inside = (level: number) => level > lowest + margin && level < highest - margin;
  const first = levels.findIndex(inside);
  if (first < 0) return windowBetween(firstValue, firstValue + levels.length - 1);
  return windowBetween(firstValue + first, firstValue + levels.findLastIndex(inside));
}

/**
 * Drags the window: right widens it, down raises the level (darkens).
 * @param right,down hand's way in screen pixels
 */
export function dragWindow(
  voi: Voi,
  { minimum, maximum, values }: Pick<Radiograph, "minimum" | "maximum" | "values">,
  right: number,
  down: number,
): WindowVoi {
  const { center, width, shape } = asWindow(voi);
  const range = Math.max(maximum - minimum, smallestWidth);
  const least = values instanceof Float32Array ? range / 1000 : Math.min(range, 2);
  const reach = Math.max(width, range / 50);
  const dragged = Math.min(Math.max(width, range * 8), Math.max(least, width * Math.exp(right / 250)));
  // Beyond these the screen is all black or all white.
  const [lowest, highest] = [minimum - dragged / 2, maximum + dragged / 2];
  return {
    kind: "window",
    width: dragged,
    center: Math.min(highest, Math.max(lowest, center + (down * reach) / 500)),
    shape,
  };
}

export type PresetName = { kind: "file" | "full" | "percentile" } | { kind: "named"; name: string };

export interface Preset {
  name: PresetName;
  voi: Voi;
}

/** The file's own, others it offers, the full range, and from the 1st to the 99th percentile once it is known. */
export function presetsOf(
  { voi, presets, minimum, maximum }: Pick<Radiograph, "voi" | "presets" | "minimum" | "maximum">,
  percentiles: { low: number; high: number } | null,
): Preset[] {
  return [
    { name: { kind: "file" }, voi },
    ...presets.map(({ name, voi: offered }): Preset => ({ name: { kind: "named", name }, voi: offered })),
    { name: { kind: "full" }, voi: windowBetween(minimum, maximum) },
    ...(percentiles
      ? [{ name: { kind: "percentile" as const }, voi: windowBetween(percentiles.low, percentiles.high) }]
      : []),
  ];
}

const bins = 65_536;

/** 1st and 99th percentile, to within the range ÷ 65,536. */
export function percentilesOf({
  values,
  minimum,
  maximum,
}: Pick<Radiograph, "values" | "minimum" | "maximum">): { low: number; high: number } {
  const span = maximum - minimum;
  if (!(span > 0)) return { low: minimum, high: maximum };
  const scale = Math.min(1, (bins - 1) / span);
  const perUnit = values instanceof Float32Array ? (bins - 1) / span : scale;
  const counts = new Uint32Array(bins);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.round(((values[i] as number) - minimum) * perUnit);
    counts[bin] = (counts[bin] as number) + 1;
  }
  const valueAt = (share: number) => {
    let left = share * values.length;
    for (let bin = 0; bin < bins; bin++) {
      left -= counts[bin] as number;
      if (left <= 0) return minimum + bin / perUnit;
    }
    return maximum;
  };
  return { low: valueAt(0.01), high: valueAt(0.99) };
}
