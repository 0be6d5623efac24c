/** Colours of a chart, as CSS writes them. */
export interface ChartTheme {
  ground: string;
  ink: string;
  faintInk: string;
  line: string;
  strongLine: string;
  font: string;
  series: readonly string[];
}

/** How many series look different by colour; dashes and symbols tell more apart. */
export const hueCount = 6;

/** For files: a page of paper, whatever the theme on screen. */
export const paperTheme: ChartTheme = {
  ground: "#ffffff",
  ink: "#101418",
  faintInk: "#4c5560",
  line: "#d5d9df",
  strongLine: "#767f8a",
  font: "Inter, Helvetica, Arial, sans-serif",
  series: ["#0b4fb8", "#b04a00", "#00705f", "#8c1d6b", "#5a5a00", "#3b2f9e"],
};

/** The colours of the theme on screen, from the variables of app/globals.css. */
export function themeOnScreen(root: Element = document.documentElement): ChartTheme {
  const style = getComputedStyle(root);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    ground: of("--raised"),
    ink: of("--ink"),
    faintInk: of("--ink-2"),
    line: of("--line"),
    strongLine: of("--line-strong"),
    font: getComputedStyle(document.body).fontFamily,
    series: Array.from({ length: hueCount }, (_, hue) => of(`--series-${hue + 1}`)),
  };
}

const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [12, 4], [4, 2]];
const symbols = ["circle", "triangle", "rect", "diamond", "emptyCircle", "emptyTriangle"] as const;
/** Hatches of bars: an angle and how far lines are apart; the first is plain. */
const hatches = [
  null,
  [Math.PI / 4, 4],
  [-Math.PI / 4, 4],
  [0, 4],
  [Math.PI / 2, 4],
  [Math.PI / 4, 8],
] as const;

/** Which dash and symbol a series has: beyond the colours, the same colour comes back with another dash. */
function turnOf(hue: number): number {
  return (hue + Math.floor(hue / hueCount)) % dashes.length;
}

/** Lengths of strokes and gaps; none for a line without gaps. */
export function seriesDash(hue: number): readonly number[] {
  return dashes[turnOf(hue)] ?? [];
}

/** How the series with this number looks: told apart by dash, symbol and hatch too, so that a grey print is read. */
export function seriesLook(hue: number, theme: ChartTheme) {
  const colour = theme.series[hue % theme.series.length] ?? theme.ink;
  const hatch = hatches[hue % hatches.length] ?? null;
  return {
    colour,
    dash: seriesDash(hue),
    symbol: symbols[turnOf(hue)] ?? "circle",
    hatch: hatch && {
      symbol: "rect",
      color: theme.ground,
      rotation: hatch[0],
      dashArrayX: [1, 0],
      dashArrayY: [1, hatch[1]],
    },
  };
}
