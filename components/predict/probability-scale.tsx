import { useId } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";

interface ProbabilityScaleProps {
  /** Calibrated, 0 to 1. */
  probability: number;
  threshold: number;
  band: { low: number; high: number };
}

/**
 * One scale from 0 to 100 %: the probability as a mark, the threshold as a line, the side above it hatched, the
 * uncertain band dotted and taller.
 */
export function ProbabilityScale({ probability, threshold, band }: ProbabilityScaleProps) {
  const t = useTranslations("predict.scale");
  const format = useFormat();
  const id = useId();
  const line = `${threshold * 100}%`;
  const words = {
    probability: format.probability(probability),
    threshold: format.percent(threshold),
    low: format.percent(band.low),
    high: format.percent(band.high),
  };
  return (
    <div className="px-2">
      <svg
        role="img"
        aria-label={t("label", words)}
        width="100%"
        height={90}
        className="block overflow-visible text-small"
      >
        <defs>
          <pattern
            id={`${id}above`}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line x1="0" y1="0" x2="0" y2="6" strokeWidth="2" className="stroke-line-strong" />
          </pattern>
          <pattern id={`${id}band`} width="5" height="5" patternUnits="userSpaceOnUse">
            <circle cx="2.5" cy="2.5" r="1.1" className="fill-amber" />
          </pattern>
        </defs>
        <text x={line} y="12" textAnchor={anchor(threshold)} className="fill-ink-2">
          {t("threshold", words)}
        </text>
        <rect x="0" y="26" width="100%" height="14" rx="3" className="fill-line" />
        <svg x={line} y="26" width={`${(1 - threshold) * 100}%`} height="14" aria-hidden="true">
          <rect width="100%" height="14" fill={`url(#${id}above)`} opacity="0.55" />
        </svg>
        <svg
          x={`${band.low * 100}%`}
          y="21"
          width={`${(band.high - band.low) * 100}%`}
          height="24"
          aria-hidden="true"
          data-band
        >
          <rect width="100%" height="24" className="fill-amber-wash" />
          <rect width="100%" height="24" fill={`url(#${id}band)`} opacity="0.5" />
        </svg>
        <line x1={line} x2={line} y1="17" y2="49" strokeWidth="2" className="stroke-ink" />
        <svg x={`${probability * 100}%`} y="33" overflow="visible" aria-hidden="true">
          <path d="M0 -13 L9 0 L0 13 L-9 0 Z" strokeWidth="2" className="fill-accent stroke-raised" />
        </svg>
        <text x="0" y="64" className="fill-ink-2">
          0
        </text>
        <text x="100%" y="64" textAnchor="end" className="fill-ink-2">
          {format.percent(1)}
        </text>
        <text
          x={`${((band.low + band.high) / 2) * 100}%`}
          y="82"
          textAnchor={anchor((band.low + band.high) / 2)}
          className="fill-ink-2"
        >
          {t("uncertain", words)}
        </text>
      </svg>
    </div>
  );
}

function anchor(position: number): "start" | "middle" | "end" {
  if (position < 0.25) return "start";
  return position > 0.75 ? "end" : "middle";
}
