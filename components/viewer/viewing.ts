import { useSyncExternalStore } from "react";
import type { Percentiles } from "@/lib/browser/viewer/render-messages";
import type { EvidenceClass } from "@/lib/prediction/activation-map";
import { initialView, type Point, type View } from "@/lib/viewing/view";
import type { Radiograph, Voi } from "@/lib/xray/radiograph";

/** How images are looked at. View and gray levels start anew with each image, the rest stays as it was chosen. */
export interface Viewing {
  readingId: number | null;
  view: View;
  /** Null before an image is there. */
  voi: Voi | null;
  /** Which of the presets `voi` is; null once it was dragged. */
  preset: number | null;
  /** By the reader, on top of what the file asks for. */
  inverted: boolean;
  percentiles: Percentiles | null;
  /** A cross in the middle of the view, and the value under it. */
  crosshair: boolean;
  /** Of the first pane, in screen pixels; 0 before it is laid out. */
  paneWidth: number;
  paneHeight: number;
  /** The image pixel under the pointer. */
  pointer: Point | null;
  overlay: OverlaySettings;
  sideBySide: boolean;
  identityShown: boolean;
}

export interface OverlaySettings {
  /** Not at first: a reader looks before being told where to look. */
  shown: boolean;
  evidenceClass: EvidenceClass;
  /** 0 to 1 */
  opacity: number;
}

const initial: Viewing = {
  readingId: null,
  view: initialView,
  voi: null,
  preset: 0,
  inverted: false,
  percentiles: null,
  crosshair: false,
  paneWidth: 0,
  paneHeight: 0,
  pointer: null,
  overlay: { shown: false, evidenceClass: "PNEUMONIA", opacity: 0.6 },
  sideBySide: false,
  identityShown: true,
};

let current = initial;
const listeners = new Set<() => void>();

/** The tab's one way of looking; viewer and panels share it. */
export const viewing = {
  get: (): Viewing => current,
  change(change: Partial<Viewing>): void {
    current = { ...current, ...change };
    for (const listener of listeners) listener();
  },
  /** Starts anew for another image; for another frame of the same one nothing changes. */
  open(readingId: number, radiograph: Radiograph): void {
    if (readingId === current.readingId && current.voi) return;
    viewing.change({ readingId, percentiles: null, pointer: null, ...freshView(radiograph) });
  },
  reset(radiograph: Radiograph): void {
    viewing.change(freshView(radiograph));
  },
};

function freshView({ voi }: Radiograph): Partial<Viewing> {
  return { view: initialView, voi, preset: 0, inverted: false, crosshair: false };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param select gives a part of the state, not a new object each time */
export function useViewing<T>(select: (viewing: Viewing) => T): T {
  return useSyncExternalStore(
    subscribe,
    () => select(current),
    () => select(initial),
  );
}
