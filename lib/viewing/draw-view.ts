import {
  cellsAt,
  colourOf,
  coverOf,
  type EvidenceClass,
  evidenceRange,
} from "@/lib/prediction/activation-map";
import type { ActivationMap } from "@/lib/prediction/outcome";
import type { Level } from "./pyramid";
import { type Matrix, matrixOf, type View } from "./view";
import type { GrayTable } from "./windowing";

export interface Overlay {
  map: ActivationMap;
  evidenceClass: EvidenceClass;
  /** 0 to 1 */
  opacity: number;
}

export interface Picture {
  /** Of the pane, in device pixels. */
  width: number;
  height: number;
  view: View;
  table: GrayTable;
  overlay: Overlay | null;
}

/**
 * Draws an image as it lies in a pane: each pixel of the pane is interpolated between values of the level of the
 * pyramid that is nearest in size, then goes through the gray table; the map is interpolated, then coloured. Work
 * grows with the pane, not with the image.
 * @param pyramid see buildPyramid
 * @param into [4 × width × height], taken instead of a new one
 * @returns RGBA; transparent beside the image
 */
export function drawView(
  pyramid: readonly Level[],
  pixelAspect: number,
  picture: Picture,
  into?: Uint8ClampedArray<ArrayBuffer>,
): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, view, table, overlay } = picture;
  const image = pyramid[0] as Level;
  const matrix = matrixOf(view, {
    paneWidth: width,
    paneHeight: height,
    imageWidth: image.width,
    imageHeight: image.height,
    pixelAspect,
  });
  const rgba = into ?? new Uint8ClampedArray(4 * width * height);
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const { level, shrink } = levelFor(pyramid, matrix);
  const across = axisOf("x", width, matrix, image, level, shrink);
  const down = axisOf("y", height, matrix, image, level, shrink);
  drawGray(pixels, width, level, table, across, down);
  if (overlay) drawOverlay(pixels, width, overlay, across, down);
  return rgba;
}

function levelFor(pyramid: readonly Level[], { a, b, c, d }: Matrix): { level: Level; shrink: number } {
  const scale = Math.sqrt(Math.abs(a * d - b * c));
  const index = Math.min(pyramid.length - 1, Math.max(0, Math.round(Math.log2(1 / scale))));
  return { level: pyramid[index] as Level, shrink: 2 ** index };
}

/** For each pixel along one side of the pane: which two values of the level, and how much of the second. */
interface Axis {
  /** First pixel on the image, and one after the last. */
  start: number;
  end: number;
  /** Offsets into the level's values. */
  first: Int32Array;
  second: Int32Array;
  part: Float32Array;
  /** 0 to 1 of the image's side. */
  share: Float64Array;
  /** Whether this side of the pane runs along the image's rows or columns. */
  along: "x" | "y";
}

function axisOf(
  pane: "x" | "y",
  length: number,
  { a, b, c, d, e, f }: Matrix,
  image: Level,
  level: Level,
  shrink: number,
): Axis {
  const along = (pane === "x") === (a !== 0) ? "x" : "y";
  const slope = pane === "x" ? a || c : d || b;
  const origin = pane === "x" ? e : f;
  const [side, levelSide, stride] =
    along === "x" ? [image.width, level.width, 1] : [image.height, level.height, level.width];
  const axis: Axis = {
    start: length,
    end: 0,
    first: new Int32Array(length),
    second: new Int32Array(length),
    part: new Float32Array(length),
    share: new Float64Array(length),
    along,
  };
  for (let i = 0; i < length; i++) {
    const place = (i + 0.5 - origin) / slope;
    if (place < 0 || place >= side) continue;
    axis.start = Math.min(axis.start, i);
    axis.end = i + 1;
    axis.share[i] = place / side;
    const value = Math.min(levelSide - 1, Math.max(0, place / shrink - 0.5));
    const first = Math.floor(value);
    axis.first[i] = first * stride;
    axis.second[i] = Math.min(levelSide - 1, first + 1) * stride;
    axis.part[i] = value - first;
  }
  return axis;
}

function drawGray(
  pixels: Uint32Array<ArrayBuffer>,
  width: number,
  { values }: Level,
  { first, perUnit, levels }: GrayTable,
  across: Axis,
  down: Axis,
): void {
  pixels.fill(0);
  const last = levels.length - 1;
  // Same level in three channels, opaque, in the byte order of every current platform.
  const packed = Uint32Array.from(levels, (level) => 0xff000000 | (level << 16) | (level << 8) | level);
  for (let row = down.start; row < down.end; row++) {
    const upper = down.first[row] as number;
    const lower = down.second[row] as number;
    const below = down.part[row] as number;
    for (let column = across.start; column < across.end; column++) {
      const left = across.first[column] as number;
      const right = across.second[column] as number;
      const beside = across.part[column] as number;
      const topLeft = values[upper + left] as number;
      const bottomLeft = values[lower + left] as number;
      const top = topLeft + ((values[upper + right] as number) - topLeft) * beside;
      const bottom = bottomLeft + ((values[lower + right] as number) - bottomLeft) * beside;
      const entry = ((top + (bottom - top) * below - first) * perUnit + 0.5) | 0;
      pixels[row * width + column] = packed[entry < 0 ? 0 : entry > last ? last : entry] as number;
    }
  }
}

const strengths = 256;

function drawOverlay(
  pixels: Uint32Array<ArrayBuffer>,
  width: number,
  { map: { side, values }, evidenceClass, opacity }: Overlay,
  across: Axis,
  down: Axis,
): void {
  const columns = mapAxis(across, side);
  const rows = mapAxis(down, side);
  const colours = Array.from({ length: strengths }, (_, i) => colourOf(evidenceClass, i / (strengths - 1)));
  const reds = Float32Array.from(colours, ({ red }) => red);
  const greens = Float32Array.from(colours, ({ green }) => green);
  const blues = Float32Array.from(colours, ({ blue }) => blue);
  const covers = Float32Array.from(colours, (_, i) => coverOf(i / (strengths - 1), opacity));
  const perLogit = ((evidenceClass === "PNEUMONIA" ? 1 : -1) * (strengths - 1)) / evidenceRange;
  for (let row = down.start; row < down.end; row++) {
    const upper = rows.first[row] as number;
    const lower = rows.second[row] as number;
    const below = rows.part[row] as number;
    for (let column = across.start; column < across.end; column++) {
      const left = columns.first[column] as number;
      const right = columns.second[column] as number;
      const beside = columns.part[column] as number;
      const topLeft = values[upper + left] as number;
      const bottomLeft = values[lower + left] as number;
      const top = topLeft + ((values[upper + right] as number) - topLeft) * beside;
      const bottom = bottomLeft + ((values[lower + right] as number) - bottomLeft) * beside;
      const strength = ((top + (bottom - top) * below) * perLogit + 0.5) | 0;
      if (strength <= 0) continue;
      const i = strength < strengths ? strength : strengths - 1;
      const at = row * width + column;
      const gray = (pixels[at] as number) & 255;
      const cover = covers[i] as number;
      const red = (gray + ((reds[i] as number) - gray) * cover + 0.5) | 0;
      const green = (gray + ((greens[i] as number) - gray) * cover + 0.5) | 0;
      const blue = (gray + ((blues[i] as number) - gray) * cover + 0.5) | 0;
      pixels[at] = 0xff000000 | (blue << 16) | (green << 8) | red;
    }
  }
}

/** The same for the cells of the map, which covers the whole image. */
function mapAxis({ share, along, start, end }: Axis, side: number): Pick<Axis, "first" | "second" | "part"> {
  const stride = along === "x" ? 1 : side;
  const length = share.length;
  const axis = {
    first: new Int32Array(length),
    second: new Int32Array(length),
    part: new Float32Array(length),
  };
  for (let i = start; i < end; i++) {
    const { first, second, part } = cellsAt(share[i] as number, side);
    axis.first[i] = first * stride;
    axis.second[i] = second * stride;
    axis.part[i] = part;
  }
  return axis;
}
