import "@/lib/browser/privacy/report-from-worker";
import { drawView } from "@/lib/viewing/draw-view";
import { buildPyramid, type Level } from "@/lib/viewing/pyramid";
import { grayTable, percentilesOf } from "@/lib/viewing/windowing";
import type { DrawnImage, FromRenderWorker, Scene, ToRenderWorker } from "./render-messages";

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** The image on screen; values and their halved copies live here as long as it is shown. */
let held: { imageId: number; image: DrawnImage; pyramid: Level[] } | null = null;

scope.addEventListener("message", ({ data }: MessageEvent<ToRenderWorker>) => {
  if (data.kind === "image") return hold(data.imageId, data.image);
  if (data.kind === "draw") return draw(data);
  held = null;
});

function post(message: FromRenderWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

function hold(imageId: number, image: DrawnImage): void {
  held = { imageId, image, pyramid: buildPyramid(image) };
  // After the first picture, which must not wait for it.
  setTimeout(() => {
    if (held?.imageId === imageId) post({ kind: "percentiles", imageId, percentiles: percentilesOf(image) });
  }, 50);
}

function draw({ paneId, imageId, scene, into }: Extract<ToRenderWorker, { kind: "draw" }>): void {
  const { width, height } = scene;
  if (held?.imageId !== imageId) {
    post({ kind: "drawn", paneId, width, height, rgba: null, durationMs: 0 });
    return;
  }
  const startedAt = performance.now();
  const rgba = paint(held.image, held.pyramid, scene, into);
  post({ kind: "drawn", paneId, width, height, rgba, durationMs: performance.now() - startedAt }, [
    rgba.buffer,
  ]);
}

function paint(
  image: DrawnImage,
  pyramid: Level[],
  { width, height, view, voi, inverted, overlay }: Scene,
  into: Uint8ClampedArray<ArrayBuffer> | null,
): Uint8ClampedArray<ArrayBuffer> {
  const table = grayTable(voi, inverted, image);
  const fits = into?.length === 4 * width * height;
  return drawView(
    pyramid,
    image.pixelAspect,
    { width, height, view, table, overlay },
    fits ? into : undefined,
  );
}
