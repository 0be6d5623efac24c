import { formatPercent, formatProbability } from "@/components/ui/format";

interface ProbabilityScaleProps {
  /** Calibrated, 0 to 1. */
  probability: number;
  threshold: number;
}

/** One scale from 0 to 100 %: the probability as a mark, the threshold as a line, the side above it hatched. */
export function ProbabilityScale({ probability, threshold }: ProbabilityScaleProps) {
  const mark = `${probability * 100}%`;
  const line = `${threshold * 100}%`;
  const label = `Probability ${formatProbability(probability)} on a scale from 0 to 100 %, threshold ${formatPercent(threshold)}`;
  return (
    <div className="px-2">
      <svg
        role="img"
        aria-label={label}
        width="100%"
        height="72"
        className="block overflow-visible text-small"
      >
        <defs>
          <pattern
            id="above-threshold"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line x1="0" y1="0" x2="0" y2="6" strokeWidth="2" className="stroke-line-strong" />
          </pattern>
        </defs>
        <text x={line} y="12" textAnchor={anchor(threshold)} className="fill-ink-2">
          threshold {formatPercent(threshold)}
        </text>
        <rect x="0" y="26" width="100%" height="14" rx="3" className="fill-line" />
        <svg x={line} y="26" width={`${(1 - threshold) * 100}%`} height="14" aria-hidden="true">
          <rect width="100%" height="14" fill="url(#above-threshold)" opacity="0.55" />
        </svg>
        <line x1={line} x2={line} y1="18" y2="46" strokeWidth="2" className="stroke-ink" />
        <svg x={mark} y="33" overflow="visible" aria-hidden="true">
          <path d="M0 -13 L9 0 L0 13 L-9 0 Z" strokeWidth="2" className="fill-accent stroke-raised" />
        </svg>
        <text x="0" y="64" className="fill-ink-2">
          0
        </text>
        <text x="100%" y="64" textAnchor="end" className="fill-ink-2">
          100 %
        </text>
      </svg>
    </div>
  );
}

function anchor(position: number): "start" | "middle" | "end" {
  if (position < 0.2) return "start";
  return position > 0.8 ? "end" : "middle";
}
