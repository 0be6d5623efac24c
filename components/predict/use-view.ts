import { type RefObject, useEffect, useState } from "react";

export interface View {
  zoom: number;
  x: number;
  y: number;
  level: number;
  window: number;
  inverted: boolean;
}

export interface ViewControls {
  view: View;
  zoomBy(factor: number): void;
  moveBy(x: number, y: number): void;
  invert(): void;
  reset(): void;
}

const initial: View = { zoom: 1, x: 0, y: 0, level: 127.5, window: 255, inverted: false };

/** What PACS workstations have taught: drag for window and level, wheel for zoom. */
export function useView(frame: RefObject<HTMLDivElement | null>): ViewControls {
  const [view, setView] = useState(initial);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const x = event.clientX - box.left - box.width / 2;
      const y = event.clientY - box.top - box.height / 2;
      setView((before) => zoomed(before, Math.exp(-event.deltaY / 600), x, y));
    };
    const onPointerDown = (event: PointerEvent) => {
      // A finger scrolls the page.
      if (event.pointerType === "touch" || event.button > 1) return;
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
    };
    const onPointerMove = (event: PointerEvent) => {
      if (!element.hasPointerCapture(event.pointerId)) return;
      const moves = event.shiftKey || event.buttons === 4;
      setView((before) =>
        moves ? moved(before, event.movementX, event.movementY) : windowed(before, event),
      );
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("pointerdown", onPointerDown);
    element.addEventListener("pointermove", onPointerMove);
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("pointerdown", onPointerDown);
      element.removeEventListener("pointermove", onPointerMove);
    };
  }, [frame]);

  return {
    view,
    zoomBy: (factor) => setView((before) => zoomed(before, factor, 0, 0)),
    moveBy: (x, y) => setView((before) => moved(before, x, y)),
    invert: () => setView((before) => ({ ...before, inverted: !before.inverted })),
    reset: () => setView(initial),
  };
}

/** Zooms about a point, given from the centre of the frame. */
function zoomed(view: View, factor: number, x: number, y: number): View {
  const zoom = Math.min(12, Math.max(1, view.zoom * factor));
  if (zoom === 1) return { ...view, zoom, x: 0, y: 0 };
  const ratio = zoom / view.zoom;
  return { ...view, zoom, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

function moved(view: View, x: number, y: number): View {
  return view.zoom === 1 ? view : { ...view, x: view.x + x, y: view.y + y };
}

/** Right widens the window, down darkens. */
function windowed(view: View, { movementX, movementY }: PointerEvent): View {
  return {
    ...view,
    window: Math.min(510, Math.max(4, view.window + movementX)),
    level: Math.min(255, Math.max(0, view.level + movementY * 0.5)),
  };
}
