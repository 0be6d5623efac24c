import type { HistogramChart, IntervalChart, XyChart } from "@/components/charts/chart";
import type { InUseOverview } from "@/lib/browser/trpc";
import { probabilityBins, sumOf } from "@/lib/in-use/statistics";
import { quartilesByDay } from "@/lib/in-use/summaries";

const dayMs = 24 * 60 * 60_000;
const shares = (counts: readonly number[]) => counts.map((count) => count / Math.max(1, sumOf(counts)));

/** How many doctors agree, version by version. */
export function agreementChart(
  { feedback }: InUseOverview,
  nameOf: (serial: number) => string,
  words: { title: string; axis: string },
): IntervalChart {
  return {
    kind: "intervals",
    title: words.title,
    x: { name: words.axis, figures: "share", min: 0, max: 1, digits: 0 },
    rows: feedback.map(({ serial, agreement }) => ({ name: nameOf(serial), ...agreement })),
  };
}

/** Probabilities in use beside those of the reference, as shares of each. */
export function distributionChart(
  { seen, reference }: InUseOverview["drifts"][number],
  threshold: number,
  words: {
    title: string;
    probability: string;
    share: string;
    inUse: string;
    reference: string;
    threshold: string;
    summary: string;
  },
): HistogramChart {
  return {
    kind: "histogram",
    title: words.title,
    summary: words.summary,
    x: { name: words.probability, figures: "share", min: 0, max: 1, digits: 0 },
    y: { name: words.share, figures: "share", digits: 1 },
    bins: { low: 0, width: 1 / probabilityBins },
    series: [
      { name: words.inUse, counts: shares(seen) },
      ...(reference ? [{ name: words.reference, counts: shares(reference.counts) }] : []),
    ],
    marks: [{ name: words.threshold, x: threshold }],
  };
}

/** Quartiles of each day's probabilities, over all versions. */
export function quartilesChart(
  { statistics }: InUseOverview,
  today: Date,
  words: {
    title: string;
    day: string;
    unit: string;
    probability: string;
    lower: string;
    median: string;
    upper: string;
  },
): XyChart {
  const days = quartilesByDay(statistics);
  const ageOf = (day: string) =>
    Math.round((Date.parse(day) - Date.parse(today.toISOString().slice(0, 10))) / dayMs);
  return {
    kind: "xy",
    title: words.title,
    x: { name: words.day, unit: words.unit, digits: 0 },
    y: { name: words.probability, figures: "share", min: 0, max: 1, digits: 0 },
    series: (["upper", "median", "lower"] as const).map((name) => ({
      name: words[name],
      points: days.map((entry) => ({ x: ageOf(entry.day), y: entry[name], name: entry.day })),
    })),
  };
}
