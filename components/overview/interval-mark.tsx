import type { Interval } from "@/components/ui/format";

const width = 200;
const height = 14;
const inset = 5;

/** A figure on a shared axis, as a dot on its interval. The figure itself stands beside it in words. */
export function IntervalMark({ interval, axis }: { interval: Interval; axis: { from: number; to: number } }) {
  const { value, low, high } = interval;
  if (value === null) return null;
  const x = (figure: number) => inset + ((figure - axis.from) / (axis.to - axis.from)) * (width - 2 * inset);
  const middle = height / 2;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className="mt-1 block w-full max-w-60">
      <line x1={inset} x2={width - inset} y1={middle} y2={middle} className="stroke-line" strokeWidth={2} />
      {low !== null && high !== null && (
        <line x1={x(low)} x2={x(high)} y1={middle} y2={middle} className="stroke-accent" strokeWidth={4} />
      )}
      <circle cx={x(value)} cy={middle} r={4} className="fill-ink" />
    </svg>
  );
}
