import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { tabRenderer } from "@/lib/browser/viewer/renderer";
import type { Overlay } from "@/lib/viewing/draw-view";
import type { Sizes } from "@/lib/viewing/view";
import type { Radiograph } from "@/lib/xray/radiograph";
import { type Gestures, useGestures } from "./use-gestures";
import { useViewing, viewing } from "./viewing";

interface PaneProps {
  radiograph: Radiograph;
  overlay: Overlay | null;
  label: string;
  /** Filled with the pane's size in screen pixels. */
  sizes: RefObject<Sizes>;
  onResize?(paneWidth: number, paneHeight: number): void;
  gesturesOf(sizes: RefObject<Sizes>): Gestures;
}

/** One picture of the image, drawn by the worker at the screen's resolution. */
export function Pane({ radiograph, overlay, label, sizes, onResize, gesturesOf }: PaneProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const paneId = useRef(0);
  const size = useDeviceSize(frame, sizes, onResize);
  const view = useViewing((state) => state.view);
  const voi = useViewing((state) => state.voi);
  const inverted = useViewing((state) => state.inverted);
  const crosshair = useViewing((state) => state.crosshair);
  useGestures(frame, gesturesOf(sizes));

  useLayoutEffect(() => {
    if (!canvas.current) return;
    const renderer = tabRenderer();
    const id = renderer.attach(canvas.current);
    paneId.current = id;
    return () => renderer.detach(id);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again when one of these changes
  useEffect(() => {
    // With another image the state is already newer than the values this was rendered with.
    const now = viewing.get();
    if (!now.voi || !size) return;
    const scene = { view: now.view, voi: now.voi, inverted: now.inverted !== radiograph.inverted };
    tabRenderer().draw(paneId.current, { ...size, ...scene, overlay });
  }, [radiograph, size, view, voi, inverted, overlay]);

  return (
    <div
      ref={frame}
      data-pane={overlay ? "map" : "image"}
      className="relative min-h-0 min-w-0 flex-1 cursor-crosshair touch-none overflow-hidden select-none"
    >
      <canvas ref={canvas} role="img" aria-label={label} className="absolute inset-0 h-full w-full" />
      {crosshair && <Crosshair />}
    </div>
  );
}

function Crosshair() {
  return (
    <svg
      aria-hidden="true"
      data-crosshair
      className="pointer-events-none absolute inset-0 m-auto size-8"
      viewBox="-16 -16 32 32"
    >
      <path d="M-15 0H-4M4 0H15M0 -15V-4M0 4V15" strokeWidth="3" className="stroke-[#000]" />
      <path d="M-15 0H-4M4 0H15M0 -15V-4M0 4V15" strokeWidth="1.25" className="stroke-[#fff]" />
    </svg>
  );
}

/** The frame's size in device pixels, as it changes. */
function useDeviceSize(
  frame: RefObject<HTMLDivElement | null>,
  sizes: RefObject<Sizes>,
  onResize: PaneProps["onResize"],
): { width: number; height: number } | null {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = element;
      if (clientWidth === 0 || clientHeight === 0) return;
      sizes.current = { ...sizes.current, paneWidth: clientWidth, paneHeight: clientHeight };
      onResize?.(clientWidth, clientHeight);
      const width = Math.round(clientWidth * devicePixelRatio);
      const height = Math.round(clientHeight * devicePixelRatio);
      setSize((before) => (before?.width === width && before.height === height ? before : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, sizes, onResize]);
  return size;
}
