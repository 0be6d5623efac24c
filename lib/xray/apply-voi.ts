import type { Voi } from "./radiograph";

/**
 * Values of interest → gray levels, before inversion (DICOM PS3.3 C.11.2.1).
 * linear: ((x − (c − 0.5)) ÷ (w − 1) + 0.5) · 255; linear-exact: ((x − c) ÷ w + 0.5) · 255, both held to 0 to 255;
 * sigmoid: 255 ÷ (1 + e^(−4 (x − c) ÷ w)); table: the level of the value's row, rows between which a value falls
 * rounded to the nearer.
 * @returns the level of one value, 0 to 255, not rounded
 */
export function levelOf(voi: Voi): (value: number) => number {
  if (voi.kind === "table") {
    const { firstValue, levels } = voi;
    const last = levels.length - 1;
    return (value) => levels[Math.min(last, Math.max(0, Math.round(value - firstValue)))] ?? 0;
  }
  const { center, width, shape } = voi;
  if (shape === "sigmoid") return (value) => 255 / (1 + Math.exp((-4 * (value - center)) / width));
  const span = shape === "linear" ? width - 1 : width;
  const black = shape === "linear" ? center - 0.5 - span / 2 : center - span / 2;
  // A linear window of width 1 is a step (PS3.3 C.11.2.1.2.1).
  if (span <= 0) return (value) => (value > black ? 255 : 0);
  return (value) => Math.min(255, Math.max(0, ((value - black) * 255) / span));
}
