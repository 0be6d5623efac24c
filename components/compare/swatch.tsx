import { hueCount, seriesDash } from "@/components/charts/theme";

/** How a model's lines look in every chart. */
export function Swatch({ hue }: { hue: number }) {
  return (
    <svg width="28" height="8" viewBox="0 0 28 8" aria-hidden="true" className="inline-block shrink-0">
      <line
        x1="0"
        y1="4"
        x2="28"
        y2="4"
        stroke={`var(--series-${(hue % hueCount) + 1})`}
        strokeWidth="2.5"
        strokeDasharray={seriesDash(hue).join(" ") || undefined}
      />
    </svg>
  );
}
