import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslations } from "use-intl";
import { Tool } from "./tool";

interface FrameSliderProps {
  /** Zero-based. */
  frame: number;
  frameCount: number;
  onFrame(frame: number): void;
}

export function FrameSlider({ frame, frameCount, onFrame }: FrameSliderProps) {
  const t = useTranslations("viewer");
  return (
    <div className="flex shrink-0 items-center gap-2 border-t border-line bg-ground px-2 py-1 text-small">
      <Tool
        action="previousFrame"
        icon={ChevronLeft}
        disabled={frame <= 0}
        onClick={() => onFrame(frame - 1)}
      />
      <input
        type="range"
        min={1}
        max={frameCount}
        value={frame + 1}
        aria-label={t("frame")}
        onChange={(event) => onFrame(event.target.valueAsNumber - 1)}
        className="h-8 min-w-0 flex-1 accent-accent"
      />
      <span className="tabular-nums">{t("frameOf", { frame: frame + 1, count: frameCount })}</span>
      <Tool
        action="nextFrame"
        icon={ChevronRight}
        disabled={frame >= frameCount - 1}
        onClick={() => onFrame(frame + 1)}
      />
    </div>
  );
}
