import type { Overlay } from "@/lib/viewing/draw-view";
import type { View } from "@/lib/viewing/view";
import type { Radiograph, Voi } from "@/lib/xray/radiograph";

/** What of a radiograph drawing needs. */
export type DrawnImage = Pick<
  Radiograph,
  "width" | "height" | "values" | "minimum" | "maximum" | "pixelAspect"
>;

/** One pane as it shall look. */
export interface Scene {
  /** Of the pane, in device pixels. */
  width: number;
  height: number;
  view: View;
  voi: Voi;
  inverted: boolean;
  overlay: Overlay | null;
}

export interface Percentiles {
  /** 1st and 99th. */
  low: number;
  high: number;
}

export type ToRenderWorker =
  | { kind: "image"; imageId: number; image: DrawnImage }
  | {
      kind: "draw";
      paneId: number;
      imageId: number;
      scene: Scene;
      into: Uint8ClampedArray<ArrayBuffer> | null;
    }
  | { kind: "forget" };

export type FromRenderWorker =
  | { kind: "percentiles"; imageId: number; percentiles: Percentiles }
  | {
      kind: "drawn";
      paneId: number;
      width: number;
      height: number;
      rgba: Uint8ClampedArray<ArrayBuffer> | null;
      durationMs: number;
    };
