import type { Radiograph } from "@/lib/xray/radiograph";
import type { FromRenderWorker, Percentiles, Scene, ToRenderWorker } from "./render-messages";

interface Pane {
  canvas: HTMLCanvasElement;
  /** Not sent yet: the worker is busy with the one before. */
  next: Scene | null;
  busy: boolean;
  /** Handed back and forth, so that dragging makes no garbage. */
  buffer: Uint8ClampedArray<ArrayBuffer> | null;
}

/**
 * Draws panes in a worker, so that neither a large image nor a long drag holds up the page. A pane that is asked for
 * faster than it can be drawn skips to the latest.
 */
export class Renderer {
  #worker: Worker;
  #panes = new Map<number, Pane>();
  #lastPane = 0;
  #imageId = 0;
  #image: Radiograph | null = null;
  #onPercentiles: (percentiles: Percentiles) => void = () => {};

  constructor() {
    this.#worker = new Worker(new URL("./render-worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromRenderWorker>) =>
      this.#receive(data),
    );
  }

  /** Copies the values to the worker; the radiograph itself stays whole for whoever reads values here. */
  show(radiograph: Radiograph, onPercentiles: (percentiles: Percentiles) => void): void {
    this.#onPercentiles = onPercentiles;
    if (radiograph === this.#image) return;
    this.#image = radiograph;
    this.#imageId++;
    const { width, height, values, minimum, maximum, pixelAspect } = radiograph;
    const image = { width, height, values, minimum, maximum, pixelAspect };
    this.#send({ kind: "image", imageId: this.#imageId, image });
  }

  forget(): void {
    this.#image = null;
    this.#imageId++;
    this.#send({ kind: "forget" });
  }

  attach(canvas: HTMLCanvasElement): number {
    const paneId = ++this.#lastPane;
    this.#panes.set(paneId, { canvas, next: null, busy: false, buffer: null });
    return paneId;
  }

  detach(paneId: number): void {
    this.#panes.delete(paneId);
  }

  draw(paneId: number, scene: Scene): void {
    const pane = this.#panes.get(paneId);
    if (!pane || scene.width < 1 || scene.height < 1) return;
    pane.next = scene;
    if (!pane.busy) this.#sendNext(paneId, pane);
  }

  #sendNext(paneId: number, pane: Pane): void {
    const { next: scene, buffer: into } = pane;
    if (!scene) return;
    pane.next = null;
    pane.busy = true;
    pane.buffer = null;
    this.#send({ kind: "draw", paneId, imageId: this.#imageId, scene, into }, into ? [into.buffer] : []);
  }

  #receive(message: FromRenderWorker): void {
    if (message.kind === "percentiles") {
      if (message.imageId === this.#imageId) this.#onPercentiles(message.percentiles);
      return;
    }
    const pane = this.#panes.get(message.paneId);
    if (!pane) return;
    pane.busy = false;
    if (message.rgba) paint(pane, message.width, message.height, message.rgba, message.durationMs);
    this.#sendNext(message.paneId, pane);
  }

  #send(message: ToRenderWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

function paint(
  pane: Pane,
  width: number,
  height: number,
  rgba: Uint8ClampedArray<ArrayBuffer>,
  durationMs: number,
): void {
  const { canvas } = pane;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
  canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1);
  pane.buffer = rgba;
  const end = performance.now();
  performance.measure("pneumoscope.redraw", { start: end - durationMs, end });
}

let renderer: Renderer | undefined;

/** The tab's one renderer. */
export function tabRenderer(): Renderer {
  renderer ??= new Renderer();
  return renderer;
}
