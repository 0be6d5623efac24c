import { type RefObject, useMemo } from "react";
import {
  atScale,
  fitted,
  matrixOf,
  mirror,
  type Point,
  pan,
  type Sizes,
  toImage,
  turn,
  zoomAt,
} from "@/lib/viewing/view";
import { dragWindow, presetsOf } from "@/lib/viewing/windowing";
import type { Radiograph } from "@/lib/xray/radiograph";
import type { Gestures } from "./use-gestures";
import { viewing } from "./viewing";

/** A drag of this many screen pixels for each press of a key. */
const stepPx = 48;
const opacitySteps = [0.25, 0.5, 0.75, 1];

export interface Controls {
  /** Gestures on a pane of this size. */
  gesturesOn(sizes: RefObject<Sizes>): Gestures;
  zoomBy(factor: number): void;
  panBy(right: number, down: number): void;
  windowBy(right: number, down: number): void;
  applyPreset(index: number): void;
  invert(): void;
  fit(): void;
  actualSize(): void;
  rotate(direction: "left" | "right"): void;
  flip(axis: "horizontal" | "vertical"): void;
  reset(): void;
  toggleCrosshair(): void;
  toggleOverlay(): void;
  toggleSideBySide(): void;
  nextOpacity(): void;
  otherClass(): void;
}

/** Everything that can be done to the view, for keys, buttons and hands. @param sizes of the first pane */
export function useControls(radiograph: Radiograph, sizes: RefObject<Sizes>): Controls {
  return useMemo(() => controlsOf(radiograph, sizes), [radiograph, sizes]);
}

function controlsOf(radiograph: Radiograph, sizes: RefObject<Sizes>): Controls {
  const pointIn = (pane: Sizes, at: Point) =>
    pointedPixel(toImage(matrixOf(viewing.get().view, pane), at), pane);
  const windowBy = (right: number, down: number) => {
    const { voi } = viewing.get();
    viewing.change({ voi: dragWindow(voi ?? radiograph.voi, radiograph, right, down), preset: null });
  };
  const middleOf = ({ paneWidth, paneHeight }: Sizes): Point => ({ x: paneWidth / 2, y: paneHeight / 2 });
  return {
    gesturesOn: (pane) => ({
      onWindow: windowBy,
      onPan: (right, down) => viewing.change({ view: pan(viewing.get().view, pane.current, right, down) }),
      onZoom: (factor, at) => viewing.change({ view: zoomAt(viewing.get().view, pane.current, factor, at) }),
      onFit: () => viewing.change({ view: fitted(viewing.get().view) }),
      onPoint: (at) => viewing.change({ pointer: at && pointIn(pane.current, at) }),
    }),
    zoomBy: (factor) =>
      viewing.change({ view: zoomAt(viewing.get().view, sizes.current, factor, middleOf(sizes.current)) }),
    panBy: (right, down) =>
      viewing.change({ view: pan(viewing.get().view, sizes.current, right * stepPx, down * stepPx) }),
    windowBy: (right, down) => windowBy(right * stepPx, down * stepPx),
    applyPreset: (index) => {
      const preset = presetsOf(radiograph, viewing.get().percentiles)[index];
      if (preset) viewing.change({ voi: preset.voi, preset: index });
    },
    invert: () => viewing.change({ inverted: !viewing.get().inverted }),
    fit: () => viewing.change({ view: fitted(viewing.get().view) }),
    actualSize: () =>
      viewing.change({ view: atScale(viewing.get().view, sizes.current, 1 / devicePixelRatio) }),
    rotate: (direction) => viewing.change({ view: turn(viewing.get().view, sizes.current, direction) }),
    flip: (axis) => viewing.change({ view: mirror(viewing.get().view, axis) }),
    reset: () => viewing.reset(radiograph),
    toggleCrosshair: () => viewing.change({ crosshair: !viewing.get().crosshair }),
    toggleOverlay: () => changeOverlay((overlay) => ({ shown: !overlay.shown })),
    toggleSideBySide: () => viewing.change({ sideBySide: !viewing.get().sideBySide }),
    nextOpacity: () =>
      changeOverlay(({ opacity }) => ({
        shown: true,
        opacity: opacitySteps.find((step) => step > opacity + 0.01) ?? (opacitySteps[0] as number),
      })),
    otherClass: () =>
      changeOverlay(({ evidenceClass }) => ({
        evidenceClass: evidenceClass === "PNEUMONIA" ? "NORMAL" : "PNEUMONIA",
      })),
  };
}

type OverlaySettings = ReturnType<typeof viewing.get>["overlay"];

function changeOverlay(change: (overlay: OverlaySettings) => Partial<OverlaySettings>): void {
  const { overlay } = viewing.get();
  viewing.change({ overlay: { ...overlay, ...change(overlay) } });
}

/** The pixel that holds a point, or null beside the image. */
function pointedPixel({ x, y }: Point, { imageWidth, imageHeight }: Sizes): Point | null {
  const pixel = { x: Math.floor(x), y: Math.floor(y) };
  const inside = pixel.x >= 0 && pixel.y >= 0 && pixel.x < imageWidth && pixel.y < imageHeight;
  return inside ? pixel : null;
}

/** The pixel in the middle of a pane. */
export function middlePixel(sizes: Sizes): Point | null {
  const middle = { x: sizes.paneWidth / 2, y: sizes.paneHeight / 2 };
  return pointedPixel(toImage(matrixOf(viewing.get().view, sizes), middle), sizes);
}
