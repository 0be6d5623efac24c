import type { Format } from "@/components/ui/format";
import type { Axis } from "./chart";

const fewDigits = 3;

/** A figure as the axis writes it: "0.6931", "38.4 %", "3.0e-4", "12"; a dash where there is none. */
export function figure(axis: Axis, value: number | null | undefined, format: Format): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const { figures = "plain", digits } = axis;
  if (figures === "share") return format.percent(value, digits ?? 1);
  if (figures === "exponent") return value === 0 ? "0" : value.toExponential(digits ?? 1).replace("-", "−");
  return format.number(value, digits ?? (Number.isInteger(value) ? 0 : fewDigits));
}

/** A figure as it stands beside a tick: as short as it can be. */
export function tick({ figures = "plain" }: Axis, value: number, format: Format): string {
  if (figures === "share") return format.percent(value);
  if (figures === "exponent")
    return value === 0 ? "0" : Number(value.toPrecision(2)).toExponential().replace("-", "−");
  const digits = Math.min(6, (value.toString().split(".")[1] ?? "").length);
  return format.number(value, digits);
}
