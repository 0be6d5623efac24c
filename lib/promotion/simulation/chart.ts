import type { SimulationReport } from "./simulate";

interface Series {
  name: string;
  /** One value per day. */
  values: readonly number[];
  dash: string;
  band?: { low: readonly number[]; high: readonly number[] };
}

interface Panel {
  title: string;
  series: Series[];
  low: number;
  high: number;
  step: number;
  tick(value: number): string;
  /** A level across the whole panel. */
  rule?: { at: number; name: string };
}

const width = 760;
const panelHeight = 250;
const margin = { left: 64, right: 176, top: 44, bottom: 36 };
/** Told apart by dashes and width as well, so that a grey print can be read. */
const strokes = ["", "7 4", "2 3"];
const shades = ["#1a1a1a", "#5a5a5a", "#8a8a8a"];

/** The figure of the documentation: false promotions by day, and the champion's true quality by day. */
export function simulationChart(report: SimulationReport): string {
  const panels = [falsePromotions(report), ...driftPanels(report)];
  const height = panels.length * panelHeight;
  const description =
    "Share of histories with a false promotion, and the champion's true AUC, by day, for the policy, for 5 % each look " +
    "and for the rule accuracy higher.";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `font-family="sans-serif" font-size="12" role="img" aria-label="${escapeXml(description)}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels.map((panel, at) => `<g transform="translate(0 ${at * panelHeight})">${drawPanel(panel)}</g>`),
    "</svg>\n",
  ].join("\n");
}

function falsePromotions({ falsePromotionsByDay, budget }: SimulationReport): Panel {
  return {
    title: "Equal models: histories in which one was promoted by that day",
    series: falsePromotionsByDay.map(({ decider, shares }, at) => ({
      name: at === 0 ? "policy" : decider,
      values: [0, ...shares],
      dash: strokes[at] ?? "",
    })),
    low: 0,
    high: 1,
    step: 0.2,
    tick: (value) => `${Math.round(100 * value)} %`,
    rule: { at: budget, name: `budget ${Math.round(100 * budget)} %` },
  };
}

function driftPanels({ drift }: SimulationReport): Panel[] {
  const shown = [drift[0]?.decider, "5 % each look", "accuracy higher"];
  return [...new Set(drift.map((row) => row.scenario))].map((scenario) => {
    const rows = shown.map((name) => drift.find((row) => row.scenario === scenario && row.decider === name));
    const series = rows.flatMap((row, at): Series[] =>
      row
        ? [
            {
              name: at === 0 ? "policy" : row.decider,
              values: row.mean,
              dash: strokes[at] ?? "",
              ...(at === 1 ? {} : { band: row }),
            },
          ]
        : [],
    );
    const all = series.flatMap(({ values, band }) => [
      ...values,
      ...(band ? [...band.low, ...band.high] : []),
    ]);
    const step = 0.01;
    return {
      title: `True AUC of the champion; ${scenario}`,
      series,
      low: Math.floor(Math.min(...all) / step) * step,
      high: Math.ceil(Math.max(...all) / step) * step,
      step,
      tick: (value) => value.toFixed(2),
    };
  });
}

function drawPanel({ title, series, low, high, step, tick, rule }: Panel): string {
  const days = Math.max(...series.map(({ values }) => values.length)) - 1;
  const right = width - margin.right;
  const bottom = panelHeight - margin.bottom;
  const x = (day: number) => margin.left + ((right - margin.left) * day) / days;
  const y = (value: number) => bottom - ((bottom - margin.top) * (value - low)) / (high - low);
  const point = (value: number, day: number) => `${x(day).toFixed(1)},${y(value).toFixed(1)}`;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, at) => low + at * step);
  const labels = spread(
    series.map(({ values }) => y(values.at(-1) ?? low)),
    15,
  );
  return [
    `<text x="${margin.left}" y="24" font-weight="bold">${escapeXml(title)}</text>`,
    ...ticks.map(
      (value) =>
        `<line x1="${margin.left}" x2="${right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>` +
        `<text x="${margin.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${tick(value)}</text>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => {
      const day = Math.round(share * days);
      return `<text x="${x(day).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${day}</text>`;
    }),
    `<text x="${right + 22}" y="${bottom + 18}">day</text>`,
    rule
      ? `<line x1="${margin.left}" x2="${right}" y1="${y(rule.at).toFixed(1)}" y2="${y(rule.at).toFixed(1)}" stroke="#000" stroke-width="0.8"/>` +
        `<text x="${right - 6}" y="${(y(rule.at) - 5).toFixed(1)}" text-anchor="end">${escapeXml(rule.name)}</text>`
      : "",
    ...series.map(({ band }, at) =>
      band
        ? `<polygon fill="${shades[at]}" opacity="0.14" points="${[...band.low.map(point), ...band.high.map(point).reverse()].join(" ")}"/>`
        : "",
    ),
    ...series.map(
      ({ values, dash }, at) =>
        `<polyline fill="none" stroke="${shades[at]}" stroke-width="${at === 0 ? 2.6 : 1.8}"${dash ? ` stroke-dasharray="${dash}"` : ""} points="${values.map(point).join(" ")}"/>`,
    ),
    ...series.map(
      ({ name, dash }, at) =>
        `<line x1="${right + 10}" x2="${right + 38}" y1="${labels[at]}" y2="${labels[at]}" stroke="${shades[at]}" stroke-width="${at === 0 ? 2.6 : 1.8}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>` +
        `<text x="${right + 44}" y="${(labels[at] ?? 0) + 4}">${escapeXml(name)}</text>`,
    ),
  ]
    .filter(Boolean)
    .join("\n");
}

/** Moves labels apart, keeping their order. */
function spread(positions: readonly number[], gap: number): number[] {
  const order = positions
    .map((_, at) => at)
    .sort((a, b) => (positions[a] as number) - (positions[b] as number));
  const moved = [...positions];
  for (const [rank, at] of order.entries()) {
    const before = order[rank - 1];
    if (before !== undefined) moved[at] = Math.max(moved[at] as number, (moved[before] as number) + gap);
  }
  const over = Math.max(0, Math.max(...moved) - (panelHeight - margin.bottom));
  return moved.map((position) => Number((position - over).toFixed(1)));
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
