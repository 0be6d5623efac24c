"use client";

import { Contrast, RotateCcw, X, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { useKeys } from "@/components/ui/use-keys";
import type { Reading } from "@/lib/browser/predict/reading";
import type { DecodedImage } from "./decoded-image";
import { paintImage } from "./paint-image";
import { useView, type ViewControls } from "./use-view";

interface ViewerProps {
  reading: Reading;
  image: DecodedImage;
  onChoose(): void;
  onClear(): void;
}

const step = 48;

/** Shows the pixels that the model read. Window, level and zoom change the screen only, never the reading. */
export function Viewer({ reading, image, onChoose, onClear }: ViewerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const controls = useView(frame);
  const { view, zoomBy, moveBy, invert, reset } = controls;
  const { level, window: width, inverted } = view;

  useEffect(() => {
    if (canvas.current) paintImage(canvas.current, image, { level, window: width, inverted });
  }, [image, level, width, inverted]);
  useKeys({
    invert,
    reset,
    zoomIn: () => zoomBy(1.25),
    zoomOut: () => zoomBy(0.8),
    panLeft: () => moveBy(step, 0),
    panRight: () => moveBy(-step, 0),
    panUp: () => moveBy(0, step),
    panDown: () => moveBy(0, -step),
  });

  return (
    <>
      <div
        ref={frame}
        className="relative min-h-0 flex-1 cursor-crosshair overflow-hidden max-lg:h-[52dvh] max-lg:flex-none"
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${reading.name}, ${image.width} by ${image.height} pixels`}
          className="absolute inset-0 h-full w-full object-contain p-3"
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}
        />
      </div>
      <ImageStrip reading={reading} image={image} controls={controls} onChoose={onChoose} onClear={onClear} />
    </>
  );
}

function ImageStrip({
  reading,
  image,
  controls,
  onChoose,
  onClear,
}: ViewerProps & { controls: ViewControls }) {
  const { view, zoomBy, invert, reset } = controls;
  return (
    <div className="flex h-11 shrink-0 items-center gap-1 border-t border-line bg-ground px-3 text-small text-ink-2">
      <p className="flex min-w-0 flex-1 gap-3">
        <span className="truncate text-ink">{reading.name}</span>
        <span className="shrink-0 max-sm:hidden">
          {image.width} × {image.height}
        </span>
        <span className="shrink-0 max-md:hidden">
          W {Math.round(view.window)} L {Math.round(view.level)} · {Math.round(view.zoom * 100)} %
        </span>
      </p>
      <Tool
        label="Zoom out (−)"
        onClick={() => zoomBy(0.8)}
        icon={<ZoomOut size={16} aria-hidden="true" />}
      />
      <Tool label="Zoom in (+)" onClick={() => zoomBy(1.25)} icon={<ZoomIn size={16} aria-hidden="true" />} />
      <Tool
        label="Invert (I)"
        onClick={invert}
        icon={<Contrast size={16} aria-hidden="true" />}
        pressed={view.inverted}
      />
      <Tool label="Reset the view (R)" onClick={reset} icon={<RotateCcw size={16} aria-hidden="true" />} />
      <Button
        look="quiet"
        className="min-h-8 px-2 text-small"
        onClick={onChoose}
        title="Choose another image (O)"
      >
        Another
      </Button>
      <Tool label="Clear the image (Esc)" onClick={onClear} icon={<X size={16} aria-hidden="true" />} />
    </div>
  );
}

interface ToolProps {
  label: string;
  icon: React.ReactNode;
  pressed?: boolean;
  onClick(): void;
}

function Tool({ label, icon, pressed, onClick }: ToolProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      onClick={onClick}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-control transition-colors duration-(--motion) hover:bg-float hover:text-ink aria-pressed:bg-float aria-pressed:text-accent"
    >
      {icon}
    </button>
  );
}
