import { PneumoscopeError } from "@/lib/errors";
import { createRandom } from "@/lib/random";

/**
 * Cases to show, drawn from both classes by turns.
 * @returns their numbers among the cases
 */
export function mixedClasses(cases: readonly { label: 0 | 1 }[], count: number, seed: number): number[] {
  const random = createRandom(seed);
  const ofClass = [0, 1].map((label) =>
    random.shuffle(cases.flatMap((item, index) => (item.label === label ? [index] : []))),
  );
  const longest = Math.max(...ofClass.map((indices) => indices.length));
  return Array.from({ length: longest }, (_, i) => ofClass.flatMap((indices) => indices.slice(i, i + 1)))
    .flat()
    .slice(0, count);
}

export interface SheetRow {
  name: string;
  /** Images of side × side, 0 to 255, from left to right. */
  cells: ArrayLike<number>[];
}

const gap = 6;
const margin = { left: 172, top: 26 };

/**
 * Images in rows and columns with their names, as PNG.
 * @param columns one name a column
 * @throws ENGINE_UNAVAILABLE where sharp, which writes the names, is not installed
 */
export async function contactSheet(columns: string[], rows: SheetRow[], side: number): Promise<Uint8Array> {
  // biome-ignore lint/style/noRestrictedImports: it writes a picture and reads none
  const { default: sharp } = await import("sharp").catch((cause) => {
    throw new PneumoscopeError("ENGINE_UNAVAILABLE", "sharp is not installed; “npm install” adds it.", {
      cause,
    });
  });
  const width = margin.left + columns.length * (side + gap);
  const height = margin.top + rows.length * (side + gap);
  const cells = rows.flatMap(({ cells }, row) =>
    cells.map((cell, column) => ({
      input: Buffer.from(Uint8ClampedArray.from(cell)),
      raw: { width: side, height: side, channels: 1 as const },
      left: cellLeft(column, side),
      top: cellTop(row, side),
    })),
  );
  const names = Buffer.from(namesSvg(columns, rows, { side, width, height }));
  return sharp({ create: { width, height, channels: 3, background: "#fff" } })
    .composite([...cells, { input: names, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

/** Where a column's images begin, in pixels. */
export const cellLeft = (column: number, side: number) => margin.left + column * (side + gap);
export const cellTop = (row: number, side: number) => margin.top + row * (side + gap);

function namesSvg(
  columns: string[],
  rows: SheetRow[],
  { side, width, height }: { side: number; width: number; height: number },
): string {
  const heads = columns.map(
    (name, i) =>
      `<text x="${cellLeft(i, side) + side / 2}" y="17" text-anchor="middle">${escapeXml(name)}</text>`,
  );
  const names = rows.map(({ name }, i) => {
    const lines = name
      .split("\n")
      .map((line, at) => `<tspan x="8" dy="${at === 0 ? 0 : 14}">${escapeXml(line)}</tspan>`);
    return `<text y="${cellTop(i, side) + side / 2}">${lines.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">${[...heads, ...names].join("")}</svg>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
