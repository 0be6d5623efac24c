import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Chart } from "./chart";
import type { Stop } from "./stops";
import { useDrawnChart } from "./use-drawn-chart";

interface ChartCanvasProps {
  chart: Chart;
  stops: readonly Stop[];
  describedBy: string;
  className: string;
}

const page = 10;

/** Where a key leads from a stop; null for keys that lead nowhere. */
export function nextStop(key: string, at: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    PageUp: at + page,
    PageDown: at - page,
    Home: 0,
    End: count - 1,
  };
  const wanted = steps[key];
  return wanted === undefined ? null : Math.min(count - 1, Math.max(0, wanted));
}

/** The drawing. Arrow keys go through its figures, each shown in place and read out. */
export function ChartCanvas({ chart, stops, describedBy, className }: ChartCanvasProps) {
  const t = useTranslations("charts");
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const { drawn, state } = useDrawnChart(box, chart, useFormat());
  const place = Math.min(at, stops.length - 1);

  function show(index: number) {
    const stop = stops[index];
    if (!stop) return;
    const { seriesIndex, dataIndex } = stop;
    setAt(index);
    drawn.current?.dispatchAction({ type: "downplay" });
    drawn.current?.dispatchAction({ type: "highlight", seriesId: `series${seriesIndex}`, dataIndex });
    if (chart.kind !== "parallel") drawn.current?.dispatchAction({ type: "showTip", seriesIndex, dataIndex });
  }

  function hide() {
    drawn.current?.dispatchAction({ type: "hideTip" });
    drawn.current?.dispatchAction({ type: "downplay" });
  }

  function step(event: KeyboardEvent) {
    const next = nextStop(event.key, place, stops.length);
    if (next === null) return;
    event.preventDefault();
    show(next);
  }

  return (
    <div className={`relative ${className}`}>
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={chart.title}
        aria-describedby={describedBy}
        aria-valuemin={1}
        aria-valuemax={stops.length}
        aria-valuenow={place + 1}
        aria-valuetext={stops[place]?.text}
        data-drawn={state === "drawn" || undefined}
        onKeyDown={step}
        onBlur={hide}
        className="absolute inset-0 rounded-control"
      />
      {state !== "drawn" && (
        <p className="absolute inset-0 grid place-items-center text-small text-ink-2">
          {t(state === "failed" ? "notDrawn" : "drawing")}
        </p>
      )}
    </div>
  );
}
