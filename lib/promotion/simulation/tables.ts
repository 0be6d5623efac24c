import type { Interval } from "@/lib/metrics/interval";
import type { SimulationReport } from "./simulate";

const percent = (share: number | null, digits = 1) =>
  share === null ? "–" : `${(100 * share).toFixed(digits)} %`;
const withInterval = ({ value, low, high }: Interval) =>
  `${percent(value)} (${percent(low)} to ${percent(high)})`;

/** The report as Markdown tables. */
export function simulationTables(report: SimulationReport): string {
  const { histories, days, seed, scoreModel, budget } = report;
  const { images, patients, correlation, firstAuc } = scoreModel;
  return [
    `${histories} histories of ${days} daily challengers, seed ${seed}; ${images} held-out images of ${patients} patients, ` +
      `first champion's AUC ${firstAuc}, correlation ${correlation}; budget ${percent(budget, 0)}. ` +
      "The first row is the policy's own ledger.",
    "**Every challenger is exactly as good as the champion.** Histories in which one was promoted all the same:",
    table(
      ["levels", "keeps within the budget", `promoted within ${days} days (95 % interval)`],
      report.falsePromotions.map((row) => [row.decider, row.controls, withInterval(row.equal)]),
    ),
    "**Every challenger is better**, from the first look on or after 100 looks at others. Histories in which one was " +
      "promoted at the first of these looks, within 7, within 30:",
    table(
      [
        "levels",
        "looks before",
        ...[1, 2, 3].map((points) => `+${points} point${points > 1 ? "s" : ""} of AUC: 1 / 7 / 30`),
      ],
      powerRows(report),
    ),
    "**The champion changes and challengers start from it**, so that losses add up. True AUC of the champion after " +
      `${days} days: mean, and the 5th to 95th percentile of histories:`,
    table(
      [
        "challengers",
        "levels",
        "true AUC at the end",
        "promotions",
        "of them false",
        "histories with a false one",
      ],
      report.drift.map((row) => [
        row.scenario,
        row.decider,
        `${figure(row.mean)} (${figure(row.low)} to ${figure(row.high)})`,
        row.promotions.toFixed(2),
        row.falsePromotions.toFixed(2),
        withInterval(row.anyFalsePromotion),
      ]),
    ),
  ].join("\n\n");
}

function powerRows({ power }: SimulationReport): string[][] {
  const rows = power.filter((row) => row.gainPoints === 1);
  return rows.map(({ decider, looksBefore }) => [
    decider,
    String(looksBefore),
    ...[1, 2, 3].map((points) => {
      const row = power.find(
        (other) =>
          other.decider === decider && other.looksBefore === looksBefore && other.gainPoints === points,
      );
      return [row?.firstLook, row?.within7Looks, row?.within30Looks]
        .map((share) => percent(share ?? null, 0))
        .join(" / ");
    }),
  ]);
}

function figure(byDay: readonly number[]): string {
  return (byDay.at(-1) ?? Number.NaN).toFixed(4);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
