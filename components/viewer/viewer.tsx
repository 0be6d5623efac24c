"use client";

import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { useKeys } from "@/components/ui/use-keys";
import type { Reading } from "@/lib/browser/predict/reading";
import { tabRenderer } from "@/lib/browser/viewer/renderer";
import type { Overlay } from "@/lib/viewing/draw-view";
import type { Sizes } from "@/lib/viewing/view";
import type { Radiograph } from "@/lib/xray/radiograph";
import { FrameSlider } from "./frame-slider";
import { Pane } from "./pane";
import { StatusStrip } from "./status-strip";
import { Toolbar } from "./toolbar";
import { type Controls, useControls } from "./use-controls";
import { useViewing, viewing } from "./viewing";

export interface ViewerProps {
  radiograph: Radiograph;
  reading: Pick<Reading, "id" | "name" | "frame" | "frameCount" | "prediction">;
  onFrame?(frame: number): void;
  onChoose?(): void;
  onClear?(): void;
}

/**
 * The image at full resolution with everything a reader does to it. Window, level and place change the screen only,
 * never the reading.
 */
export function Viewer({ radiograph, reading, onFrame, onChoose, onClear }: ViewerProps) {
  const t = useTranslations("viewer");
  const sizes = useSizes(radiograph);
  const otherSizes = useSizes(radiograph);
  const controls = useControls(radiograph, sizes);
  const overlay = useOverlay(reading.prediction?.map ?? null);
  const overlayShown = useViewing((state) => state.overlay.shown);
  const sideBySide = useViewing((state) => state.sideBySide) && overlay !== null;
  const { name, frame, frameCount } = reading;

  useShown(reading.id, radiograph);
  useViewerKeys(controls, radiograph, overlay !== null, (step) => {
    const next = frame + step;
    if (next >= 0 && next < frameCount) onFrame?.(next);
  });

  const label = t("image", { name, width: radiograph.width, height: radiograph.height });
  const pane = { radiograph, gesturesOf: controls.gesturesOn };
  return (
    <>
      <Toolbar radiograph={radiograph} controls={controls} hasMap={overlay !== null} />
      <div className="flex min-h-0 flex-1 max-lg:h-[52dvh] max-lg:flex-none max-sm:flex-col">
        <Pane
          {...pane}
          sizes={sizes}
          onResize={keepSize}
          overlay={sideBySide || !overlayShown ? null : overlay}
          label={label}
        />
        {sideBySide && (
          <>
            <div className="w-px bg-line max-sm:h-px max-sm:w-auto" />
            <Pane {...pane} sizes={otherSizes} overlay={overlay} label={t("imageWithMap", { label })} />
          </>
        )}
      </div>
      {frameCount > 1 && onFrame && <FrameSlider frame={frame} frameCount={frameCount} onFrame={onFrame} />}
      <StatusStrip name={name} radiograph={radiograph} sizes={sizes} onChoose={onChoose} onClear={onClear} />
    </>
  );
}

const keepSize = (paneWidth: number, paneHeight: number) => viewing.change({ paneWidth, paneHeight });

function useSizes({ width, height, pixelAspect }: Radiograph) {
  const sizes = useRef<Sizes>({
    paneWidth: 1,
    paneHeight: 1,
    imageWidth: width,
    imageHeight: height,
    pixelAspect,
  });
  useEffect(() => {
    sizes.current = { ...sizes.current, imageWidth: width, imageHeight: height, pixelAspect };
  }, [width, height, pixelAspect]);
  return sizes;
}

function useOverlay(map: Overlay["map"] | null): Overlay | null {
  const { evidenceClass, opacity } = useViewing((state) => state.overlay);
  return useMemo(() => map && { map, evidenceClass, opacity }, [map, evidenceClass, opacity]);
}

/** Gives the worker the pixels, and starts the view anew for another image. */
function useShown(readingId: number, radiograph: Radiograph): void {
  // Before the panes draw.
  useLayoutEffect(() => {
    viewing.open(readingId, radiograph);
    tabRenderer().show(radiograph, (percentiles) => viewing.change({ percentiles }));
  }, [readingId, radiograph]);
}

function useViewerKeys(
  controls: Controls,
  radiograph: Radiograph,
  hasMap: boolean,
  onFrameStep: (step: number) => void,
): void {
  useKeys({
    preset: (key) => controls.applyPreset(Number(key) - 1),
    widen: () => controls.windowBy(1, 0),
    narrow: () => controls.windowBy(-1, 0),
    darken: () => controls.windowBy(0, 1),
    brighten: () => controls.windowBy(0, -1),
    invert: controls.invert,
    zoomIn: () => controls.zoomBy(1.25),
    zoomOut: () => controls.zoomBy(0.8),
    fit: controls.fit,
    actualSize: controls.actualSize,
    panLeft: () => controls.panBy(1, 0),
    panRight: () => controls.panBy(-1, 0),
    panUp: () => controls.panBy(0, 1),
    panDown: () => controls.panBy(0, -1),
    rotateLeft: () => controls.rotate("left"),
    rotateRight: () => controls.rotate("right"),
    flipHorizontal: () => controls.flip("horizontal"),
    flipVertical: () => controls.flip("vertical"),
    probe: controls.toggleCrosshair,
    reset: controls.reset,
    ...(radiograph.frameCount > 1 && {
      nextFrame: () => onFrameStep(1),
      previousFrame: () => onFrameStep(-1),
    }),
    ...(hasMap && {
      explanation: controls.toggleOverlay,
      explanationOpacity: controls.nextOpacity,
      explanationClass: controls.otherClass,
      sideBySide: controls.toggleSideBySide,
    }),
  });
}
