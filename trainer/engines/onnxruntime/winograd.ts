/**
 * Winograd's minimal filtering F(4×4, 3×3) as Lavin and Gray give it («Fast Algorithms for Convolutional Neural
 * Networks», CVPR 2016, section 4.3): 4 × 4 results of a 3 × 3 convolution from a 6 × 6 patch take 36 products instead
 * of 144. Everything here is data: matrices and row numbers that a graph stores.
 *
 * Activations are rows [batch · side · side, channels]; row `batch · side · side` stands for the zero padding.
 */
export const tileSide = 4;
export const patchSide = tileSide + 2;
export const patchArea = patchSide ** 2;
export const tileArea = tileSide ** 2;

type Matrix = readonly (readonly number[])[];

const fromPatch: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const fromKernel: Matrix = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const toTile: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/** A matrix to be stored, row-major. */
export interface StoredMatrix {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** Patch → transform, [36, 36]: BᵀdB as one product with the patch written in a row. */
export const patchTransform = squared(fromPatch);
/** Kernel → transform, [36, 9]: GgGᵀ. */
export const kernelTransform = squared(fromKernel);
/** Transform → tile, [16, 36]: AᵀmA. */
export const tileTransform = squared(toTile);
/** Gradient of a tile → gradient of its transform, [36, 16]. */
export const tileGradient = transposed(tileTransform);
/** Gradient of the transform → gradient of the patch, and a row of zeros below: [37, 36]. */
export const patchGradient = withZeroRow(transposed(patchTransform));

/** The Kronecker product with itself: what a matrix does along both sides of a square. */
function squared(matrix: Matrix): StoredMatrix {
  const rows = matrix.length;
  const columns = (matrix[0] as number[]).length;
  const at = (r: number, c: number) => (matrix[r] as number[])[c] as number;
  const data = Float32Array.from({ length: (rows * columns) ** 2 }, (_, i) => {
    const row = Math.floor(i / columns ** 2);
    const column = i % columns ** 2;
    return at(Math.floor(row / rows), Math.floor(column / columns)) * at(row % rows, column % columns);
  });
  return { rows: rows ** 2, columns: columns ** 2, data };
}

function transposed({ rows, columns, data }: StoredMatrix): StoredMatrix {
  const turned = data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number);
  return { rows: columns, columns: rows, data: turned };
}

function withZeroRow({ rows, columns, data }: StoredMatrix): StoredMatrix {
  const longer = new Float32Array(data.length + columns);
  longer.set(data);
  return { rows: rows + 1, columns, data: longer };
}

/** Which rows a graph gathers for a square feature map cut into tiles. */
export interface TilePlan {
  /** Tiles of all images. */
  tiles: number;
  /** [36 × tiles]: the row of the input under each place of each patch. */
  patches: number[];
  /** [16 × tiles]: the row of the output's gradient for each place of each tile. */
  tilePlaces: number[];
  /** [rows]: where the tiles hold each output row. */
  outputs: number[];
  /** [4 × rows]: where the patches' gradients hold what adds up to each row; patches overlap by two. */
  overlaps: number[];
}

export const tilesPerSide = (side: number) => Math.ceil(side / tileSide);

/** @param side of the square feature map; convolution of stride 1 and padding 1 */
export function planTiles(batch: number, side: number): TilePlan {
  const perSide = tilesPerSide(side);
  const tiles = batch * perSide ** 2;
  const zeroRow = batch * side * side;
  const rowAt = (image: number, y: number, x: number) =>
    y < 0 || x < 0 || y >= side || x >= side ? zeroRow : (image * side + y) * side + x;
  const tileAt = (image: number, ty: number, tx: number) => (image * perSide + ty) * perSide + tx;

  const cut = (length: number, offset: number) => {
    const places: number[] = [];
    for (let a = 0; a < length; a++)
      for (let b = 0; b < length; b++)
        for (let image = 0; image < batch; image++)
          for (let ty = 0; ty < perSide; ty++)
            for (let tx = 0; tx < perSide; tx++)
              places.push(rowAt(image, ty * tileSide + a + offset, tx * tileSide + b + offset));
    return places;
  };
  const outputs: number[] = [];
  const overlaps: number[][] = [[], [], [], []];
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < side; y++) {
      const alongY = patchesOver(y, perSide);
      for (let x = 0; x < side; x++) {
        const place = (y % tileSide) * tileSide + (x % tileSide);
        outputs.push(place * tiles + tileAt(image, Math.floor(y / tileSide), Math.floor(x / tileSide)));
        const alongX = patchesOver(x, perSide);
        for (let i = 0; i < 4; i++) {
          const vertical = alongY[i >> 1];
          const horizontal = alongX[i & 1];
          overlaps[i]?.push(
            vertical && horizontal
              ? (vertical.place * patchSide + horizontal.place) * tiles +
                  tileAt(image, vertical.tile, horizontal.tile)
              : patchArea * tiles,
          );
        }
      }
    }
  }
  return {
    tiles,
    patches: cut(patchSide, -1),
    tilePlaces: cut(tileSide, 0),
    outputs,
    overlaps: overlaps.flat(),
  };
}

/** The one or two patches that cover a position along one side, and where in them it lies. */
function patchesOver(position: number, perSide: number): { tile: number; place: number }[] {
  const tile = Math.floor(position / tileSide);
  const inTile = position % tileSide;
  const over = [{ tile, place: inTile + 1 }];
  if (inTile === 0 && tile > 0) over.push({ tile: tile - 1, place: patchSide - 1 });
  if (inTile === tileSide - 1 && tile + 1 < perSide) over.push({ tile: tile + 1, place: 0 });
  return over;
}
