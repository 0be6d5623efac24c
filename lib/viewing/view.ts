/** How an image lies in a pane. Says nothing of sizes, so that linked panes and a resized window share it. */
export interface View {
  /** Times the size at which the whole image fits. */
  zoom: number;
  /** The point of the image in the middle of the pane: 0 to 1 of its width and height. */
  centerX: number;
  centerY: number;
  /** Clockwise, after mirroring. */
  quarterTurns: 0 | 1 | 2 | 3;
  /** Left and right exchanged, before turning. */
  mirrored: boolean;
}

export interface Sizes {
  /** Of the pane, in its pixels. */
  paneWidth: number;
  paneHeight: number;
  /** Of the image, in its pixels. */
  imageWidth: number;
  imageHeight: number;
  /** Height of an image pixel divided by its width. */
  pixelAspect: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Image point (x, y) in pixels → pane point (a·x + c·y + e, b·x + d·y + f); in quarter turns, so half are zero. */
export interface Matrix {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

export const initialView: View = { zoom: 1, centerX: 0.5, centerY: 0.5, quarterTurns: 0, mirrored: false };

const smallestZoom = 0.05;
const largestZoom = 64;

/** Pane pixels per image pixel (along its width) at which the whole image fits. */
export function fitScale({ quarterTurns }: Pick<View, "quarterTurns">, sizes: Sizes): number {
  const width = sizes.imageWidth;
  const height = sizes.imageHeight * sizes.pixelAspect;
  const [across, down] = quarterTurns % 2 === 0 ? [width, height] : [height, width];
  return Math.min(sizes.paneWidth / across, sizes.paneHeight / down);
}

export function matrixOf(view: View, sizes: Sizes): Matrix {
  const scale = view.zoom * fitScale(view, sizes);
  let [a, b] = [view.mirrored ? -scale : scale, 0];
  let [c, d] = [0, scale * sizes.pixelAspect];
  for (let turn = 0; turn < view.quarterTurns; turn++) {
    [a, b] = [0 - b, a];
    [c, d] = [0 - d, c];
  }
  const x = view.centerX * sizes.imageWidth;
  const y = view.centerY * sizes.imageHeight;
  return { a, b, c, d, e: sizes.paneWidth / 2 - a * x - c * y, f: sizes.paneHeight / 2 - b * x - d * y };
}

/** Image pixels → pane pixels. The corner of the first pixel is (0, 0). */
export function toPane({ a, b, c, d, e, f }: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/** Pane pixels → image pixels. */
export function toImage({ a, b, c, d, e, f }: Matrix, { x, y }: Point): Point {
  const determinant = a * d - b * c;
  const [u, v] = [x - e, y - f];
  return { x: (d * u - c * v) / determinant, y: (a * v - b * u) / determinant };
}

/** Moves the image by pane pixels; the middle of the pane stays on it. */
export function pan(view: View, sizes: Sizes, x: number, y: number): View {
  const middle = { x: sizes.paneWidth / 2 - x, y: sizes.paneHeight / 2 - y };
  const center = toImage(matrixOf(view, sizes), middle);
  return {
    ...view,
    centerX: within(center.x / sizes.imageWidth, 0, 1),
    centerY: within(center.y / sizes.imageHeight, 0, 1),
  };
}

/** Zooms so that the image point under a pane point stays there, as far as the image still covers the middle. */
export function zoomAt(view: View, sizes: Sizes, factor: number, { x, y }: Point): View {
  const zoom = within(view.zoom * factor, smallestZoom, largestZoom);
  const ratio = zoom / view.zoom;
  // What is in the middle afterwards lies this far from the point now.
  const [awayX, awayY] = [sizes.paneWidth / 2 - x, sizes.paneHeight / 2 - y];
  return { ...pan(view, sizes, awayX - awayX / ratio, awayY - awayY / ratio), zoom };
}

/** @param scale pane pixels per image pixel */
export function atScale(view: View, sizes: Sizes, scale: number): View {
  return { ...view, zoom: within(scale / fitScale(view, sizes), smallestZoom, largestZoom) };
}

export function fitted(view: View): View {
  return { ...view, zoom: 1, centerX: 0.5, centerY: 0.5 };
}

/** Turns what is seen; a zoomed image keeps its scale, a fitted one fits again. */
export function turn(view: View, sizes: Sizes, direction: "left" | "right"): View {
  const turned = { ...view, quarterTurns: quarter(view.quarterTurns + (direction === "right" ? 1 : 3)) };
  if (view.zoom === 1) return turned;
  return { ...turned, zoom: (view.zoom * fitScale(view, sizes)) / fitScale(turned, sizes) };
}

/** Mirrors what is seen, whatever way the image is turned. */
export function mirror(view: View, axis: "horizontal" | "vertical"): View {
  const turns = axis === "horizontal" ? 4 - view.quarterTurns : 6 - view.quarterTurns;
  return { ...view, quarterTurns: quarter(turns), mirrored: !view.mirrored };
}

function quarter(turns: number): View["quarterTurns"] {
  return (turns % 4) as View["quarterTurns"];
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
