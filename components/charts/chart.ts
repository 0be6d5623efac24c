/** What an axis measures. */
export interface Axis {
  name: string;
  unit?: string;
  /** How its figures are written; "share" is 0 to 1, written in %. */
  figures?: "plain" | "share" | "exponent";
  /** After the decimal sign, of what is read out and listed. */
  digits?: number;
  min?: number;
  max?: number;
  logarithmic?: boolean;
}

export interface Point {
  x: number;
  y: number | null;
  /** A 95 % interval of y. */
  low?: number | null;
  high?: number | null;
  /** Of what the point stands for, where each stands for something. */
  name?: string;
}

export interface Series {
  name: string;
  points: readonly Point[];
  /** "points" are not joined. */
  look?: "line" | "points";
  /** Which of the looks it has; its place in the list without it. Equal numbers in several charts look the same. */
  hue?: number;
}

/** A line that says something about the axes and is no data: chance, perfect calibration. */
export interface Reference {
  name: string;
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
}

/** A place on the x axis with a name, such as a threshold. */
export interface Mark {
  name: string;
  x: number;
}

interface Titled {
  title: string;
  /** The text alternative, where the one made from the data says too little. */
  summary?: string;
}

/** Lines or points over two axes: training curves, ROC, precision and recall, reliability, scatter. */
export interface XyChart extends Titled {
  kind: "xy";
  x: Axis;
  y: Axis;
  series: readonly Series[];
  references?: readonly Reference[];
  marks?: readonly Mark[];
}

/** Counts in bins of equal width. */
export interface HistogramChart extends Titled {
  kind: "histogram";
  x: Axis;
  y: Axis;
  /** counts[i] is of [low + i·width, low + (i+1)·width). */
  bins: { low: number; width: number };
  series: readonly { name: string; counts: readonly number[]; hue?: number }[];
  marks?: readonly Mark[];
}

/** One row a thing: its value with an interval, and a box of its quartiles where there is one. */
export interface IntervalChart extends Titled {
  kind: "intervals";
  x: Axis;
  rows: readonly {
    name: string;
    value: number | null;
    low: number | null;
    high: number | null;
    quartiles?: readonly [lower: number, upper: number];
    hue?: number;
  }[];
  marks?: readonly Mark[];
}

/** One line a thing across axes of their own. */
export interface ParallelChart extends Titled {
  kind: "parallel";
  /** An axis with choices has words instead of figures. */
  axes: readonly (Axis & { choices?: readonly string[] })[];
  lines: readonly { name: string; values: readonly (number | string | null)[]; hue?: number }[];
}

export type Chart = XyChart | HistogramChart | IntervalChart | ParallelChart;

/** "loss", "training time (s)" */
export function axisTitle({ name, unit }: Axis): string {
  return unit ? `${name} (${unit})` : name;
}
