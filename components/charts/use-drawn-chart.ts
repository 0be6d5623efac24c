import type { ECharts } from "echarts/core";
import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import type { Format } from "@/components/ui/format";
import type { Chart } from "./chart";
import { chartOption } from "./option/chart-option";
import { type ChartTheme, paperTheme, themeOnScreen } from "./theme";

export type DrawnState = "loading" | "drawn" | "failed";

/** Keeps a chart drawn in an element: again for new figures, another size, the other theme and the printer. */
export function useDrawnChart(box: RefObject<HTMLDivElement | null>, chart: Chart, format: Format) {
  const drawn = useRef<ECharts | null>(null);
  const [state, setState] = useState<DrawnState>("loading");

  const draw = useEffectEvent((theme: ChartTheme) => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = box.current ?? {};
    if (!drawn.current || width === 0 || height === 0) return;
    drawn.current.resize({ width, height });
    drawn.current.setOption(chartOption(chart, { theme, format, width, height }), {
      notMerge: true,
    });
  });

  useEffect(() => {
    let gone = false;
    const redraw = () => draw(themeOnScreen());
    const drawOnPaper = () => {
      draw(paperTheme);
      // The printer does not wait for the next frame.
      drawn.current?.getZr().flush();
    };
    const sizes = new ResizeObserver(redraw);
    const themes = new MutationObserver(redraw);
    void import("./engine").then(
      ({ init }) => {
        if (gone || !box.current) return;
        const { clientWidth: width, clientHeight: height } = box.current;
        drawn.current = init(box.current, null, { renderer: "canvas", width, height });
        sizes.observe(box.current);
        themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
        window.addEventListener("beforeprint", drawOnPaper);
        window.addEventListener("afterprint", redraw);
        setState("drawn");
        redraw();
      },
      () => setState("failed"),
    );
    return () => {
      gone = true;
      sizes.disconnect();
      themes.disconnect();
      window.removeEventListener("beforeprint", drawOnPaper);
      window.removeEventListener("afterprint", redraw);
      drawn.current?.dispose();
      drawn.current = null;
    };
  }, [box]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new figures or another language are drawn anew.
  useEffect(() => {
    draw(themeOnScreen());
  }, [chart, format]);

  return { drawn, state };
}
