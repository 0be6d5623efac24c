import type { Panel } from "@/lib/charts/draw-panels";

export interface RangePoint {
  learningRate: number;
  /** Mean training loss of the step's images. */
  loss: number;
}

export interface RateSuggestion {
  /** A tenth of `lowestAt`. */
  learningRate: number;
  /** Where the smoothed loss is lowest. */
  lowestAt: number;
  /** Where the smoothed loss falls fastest over the logarithm of the rate. */
  steepestAt: number;
  rule: string;
}

const smoothing = 0.9;
/** The test ends when the smoothed loss is so many times its lowest value. */
const divergence = 4;

/** The rate of each step: from `low` to `high`, by the same factor from step to step. */
export function rangeRates(low: number, high: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => low * (high / low) ** (step / (steps - 1)));
}

/** Exponential moving average, corrected for its start at zero (as Adam's moments are). [n] → [n] */
export function smoothLosses(losses: readonly number[]): number[] {
  let average = 0;
  return losses.map((loss, i) => {
    average = smoothing * average + (1 - smoothing) * loss;
    return average / (1 - smoothing ** (i + 1));
  });
}

/** Whether higher rates are not worth trying. */
export function hasDiverged(losses: readonly number[]): boolean {
  const smoothed = smoothLosses(losses);
  const last = smoothed.at(-1);
  return last !== undefined && !(last <= divergence * Math.min(...smoothed));
}

/**
 * Reads a learning-rate range test (Smith, «Cyclical learning rates for training neural networks», WACV 2017, 3.3): the loss
 * falls while the rate is useful and rises when it is too high. Smith takes the peak of a cycle from where the loss stops
 * falling; by then a step is about to be too long, and a tenth of that rate is the usual safe choice
 * (Howard and Gugger, fastai, «lr_min / 10»).
 * @param points at least 10, rates rising
 * @returns null where the loss never falls below its start: the range begins too high, or is too short
 */
export function suggestLearningRate(points: readonly RangePoint[]): RateSuggestion | null {
  if (points.length < 10) return null;
  const smoothed = smoothLosses(points.map((point) => point.loss));
  // The first values are means of a few steps, and as noisy.
  const first = Math.ceil(points.length * 0.05);
  const lowest = indexOfLowest(smoothed, first);
  if (lowest === first || !((smoothed[lowest] as number) < (smoothed[first] as number))) return null;
  const slopes = smoothed.map((loss, i) => {
    const [before, now] = [points[i - 1], points[i]];
    if (!before || !now || i <= first || i > lowest) return 0;
    return (loss - (smoothed[i - 1] as number)) / Math.log(now.learningRate / before.learningRate);
  });
  const rateAt = (i: number) => (points[i] as RangePoint).learningRate;
  return {
    learningRate: Number((rateAt(lowest) / 10).toPrecision(2)),
    lowestAt: rateAt(lowest),
    steepestAt: rateAt(indexOfLowest(slopes, 0)),
    rule: "a tenth of the rate at which the smoothed loss is lowest",
  };
}

function indexOfLowest(values: readonly number[], from: number): number {
  let lowest = from;
  for (let i = from; i < values.length; i++) {
    if ((values[i] as number) < (values[lowest] as number)) lowest = i;
  }
  return lowest;
}

/** The loss over the rate, as it was and smoothed, with the suggestion. */
export function rangePanel(points: readonly RangePoint[], suggestion: RateSuggestion | null): Panel {
  const smoothed = smoothLosses(points.map((point) => point.loss));
  // The explosion at the end would leave no room for the rest.
  const ceiling = 2 * Math.max(...smoothed.slice(0, 5));
  const shown = (loss: number) => (loss <= ceiling ? loss : Number.NaN);
  const marks = suggestion
    ? [
        { x: suggestion.learningRate, name: `suggested ${suggestion.learningRate}` },
        { x: suggestion.lowestAt, name: "lowest" },
      ].filter((mark) => mark.x >= (points[0]?.learningRate ?? 0))
    : [];
  return {
    title: "Learning-rate range test",
    x: "learning rate",
    y: "training loss",
    logarithmicX: true,
    lines: [
      {
        name: "each step",
        faint: true,
        points: points.map(({ learningRate: x, loss }) => ({ x, y: shown(loss) })),
      },
      {
        name: "smoothed",
        points: points.map(({ learningRate: x }, i) => ({ x, y: shown(smoothed[i] as number) })),
      },
    ],
    marks,
  };
}
