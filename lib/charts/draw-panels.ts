import type { Mark, Spec } from "vega";

export interface Line {
  name: string;
  points: readonly { x: number; y: number }[];
  /** Lengths of strokes and gaps; lines are told apart by them too, so that a grey print can be read. */
  dash?: number[];
  faint?: boolean;
}

export interface Panel {
  title: string;
  x: string;
  y: string;
  logarithmicX?: boolean;
  lines: readonly Line[];
  /** Vertical lines with a name. */
  marks?: readonly { x: number; name: string }[];
}

const width = 520;
const height = 180;
const spacing = 78;
const shades = { ink: "#1a1a1a", grid: "#e4e4e4", faint: "#9a9a9a" };

/**
 * Panels of lines below each other, as an SVG document, drawn without a DOM. The same panels give the same bytes.
 * @param description what a reader who cannot see it is told
 */
export async function drawPanels(panels: readonly Panel[], description: string): Promise<string> {
  const vega = await import("vega");
  const view = new vega.View(vega.parse(specOf(panels, description)), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function specOf(panels: readonly Panel[], description: string): Spec {
  return {
    width: width + 130,
    height: panels.length * (height + spacing) - spacing,
    padding: 12,
    background: "#fff",
    description,
    marks: panels.map((panel, i) => panelMark(panel, i * (height + spacing))),
  };
}

function panelMark({ title, x, y, lines, marks = [], logarithmicX = false }: Panel, top: number): Mark {
  const points = lines.flatMap((line) => line.points).filter((point) => Number.isFinite(point.y));
  const columns = new Set(points.map((point) => point.x)).size;
  return {
    type: "group",
    encode: { enter: { y: { value: top }, width: { value: width }, height: { value: height } } },
    // Grids reach as far as these say, which are the whole drawing's otherwise.
    signals: [
      { name: "width", value: width },
      { name: "height", value: height },
    ],
    title: { text: title, anchor: "start", color: shades.ink },
    data: [
      ...lines.map((line, i) => ({
        name: `line${i}`,
        values: line.points.filter((point) => Number.isFinite(point.y)).map((point) => ({ ...point })),
      })),
      { name: "marks", values: marks.map((mark) => ({ ...mark })) },
      { name: "names", values: namesOf(lines) },
    ],
    scales: [
      {
        name: "x",
        type: logarithmicX ? ("log" as const) : ("linear" as const),
        domain: extent(points.map((point) => point.x)),
        range: [0, width],
        nice: false,
        zero: false,
      },
      {
        name: "y",
        type: "linear",
        domain: extent(points.map((point) => point.y)),
        range: [height, 0],
        nice: true,
        zero: false,
      },
    ],
    axes: [
      {
        orient: "bottom",
        scale: "x",
        title: x,
        tickCount: logarithmicX ? 6 : Math.min(10, columns),
        ...(logarithmicX ? { format: ".0e" } : { tickMinStep: 1, format: "d" }),
        titleFontWeight: "normal",
      },
      {
        orient: "left",
        scale: "y",
        title: y,
        tickCount: 5,
        grid: true,
        gridColor: shades.grid,
        titleFontWeight: "normal",
        minExtent: 44,
      },
    ],
    marks: [...verticalLines(), ...lines.map(lineMark), lineNames()],
  };
}

function verticalLines(): Mark[] {
  const at = { x: { scale: "x", field: "x" } };
  return [
    {
      type: "rule",
      from: { data: "marks" },
      encode: {
        enter: {
          ...at,
          y: { value: 0 },
          y2: { value: height },
          stroke: { value: shades.ink },
          strokeDash: { value: [2, 3] },
        },
      },
    },
    {
      type: "text",
      from: { data: "marks" },
      encode: {
        enter: {
          x: { ...at.x, offset: 4 },
          y: { value: 10 },
          text: { field: "name" },
          fontSize: { value: 11 },
        },
      },
    },
  ];
}

function lineMark({ dash = [], faint = false, points }: Line, i: number): Mark {
  const at = { x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" } };
  const colour = { value: faint ? shades.faint : shades.ink };
  // A line of one point would not be seen.
  if (points.length === 1) {
    return { type: "symbol", from: { data: `line${i}` }, encode: { enter: { ...at, fill: colour } } };
  }
  return {
    type: "line",
    from: { data: `line${i}` },
    encode: {
      enter: {
        ...at,
        stroke: colour,
        strokeWidth: { value: faint ? 1 : 1.8 },
        strokeDash: { value: dash },
      },
    },
  };
}

function lineNames(): Mark {
  return {
    type: "text",
    from: { data: "names" },
    encode: {
      enter: {
        x: { value: width + 8 },
        y: { scale: "y", field: "y", offset: { field: "offset" } },
        text: { field: "name" },
        baseline: { value: "middle" },
        fontSize: { value: 11 },
      },
    },
  };
}

/** Names stand where their lines end; of two, the upper one moves up and the lower one down, so that both are read. */
function namesOf(lines: readonly Line[]) {
  const ends = lines.flatMap(({ name, points }) => {
    const end = points.filter((point) => Number.isFinite(point.y)).at(-1);
    return end ? [{ name, y: end.y }] : [];
  });
  ends.sort((a, b) => b.y - a.y);
  return ends.map((end, i) => ({ ...end, offset: ends.length > 1 ? 14 * i - 7 * (ends.length - 1) : 0 }));
}

function extent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}
