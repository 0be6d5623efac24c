import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { backendTitles } from "@/components/predict/backend-titles";
import type { InUseOverview } from "@/lib/browser/trpc";
import { backendNames, refusalKinds, speedBoundsMs, sumOf } from "@/lib/in-use/statistics";
import { sumOfRows } from "@/lib/in-use/summaries";
import { Nothing, PageSection } from "./page-section";

/** Refusals, backends and speeds, over all versions. */
export function StatisticsSection({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse.statistics");
  const format = useFormat();
  const { statistics } = overview;
  if (statistics.length === 0)
    return (
      <PageSection title={t("title")}>
        <Nothing>{t("none")}</Nothing>
      </PageSection>
    );
  const counts = sumOfRows(statistics);
  const read = sumOf(counts.probabilities);
  const results = read + sumOf(Object.values(counts.refusals));
  const reports = statistics.reduce((sum, row) => sum + row.reports, 0);
  return (
    <PageSection
      title={t("title")}
      explained={t("explained", { results: format.number(results), reports: format.number(reports) })}
    >
      <div className="grid gap-4 md:grid-cols-3">
        <Shares
          title={t("refusals")}
          total={results}
          rows={refusalKinds.map((kind) => [t(`refusalKinds.${kind}`), counts.refusals[kind]])}
        />
        <Shares
          title={t("backends")}
          total={results}
          rows={backendNames.map((name) => [backendTitles[name], counts.backends[name]])}
        />
        <Shares title={t("speeds")} total={read} rows={counts.speeds.map((n, bin) => [speedName(bin), n])} />
      </div>
    </PageSection>
  );

  function speedName(bin: number): string {
    const below = speedBoundsMs[bin];
    const from = speedBoundsMs[bin - 1];
    if (below === undefined) return t("slower", { from: format.duration(from ?? 0) });
    return from === undefined
      ? t("faster", { below: format.duration(below) })
      : t("between", { from: format.duration(from), below: format.duration(below) });
  }
}

function Shares({ title, total, rows }: { title: string; total: number; rows: [string, number][] }) {
  const format = useFormat();
  return (
    <table className="w-full self-start rounded-panel border border-line bg-raised text-left tabular-nums">
      <caption className="pb-1.5 text-left text-small text-ink-2">{title}</caption>
      <tbody>
        {rows.map(([name, count]) => (
          <tr key={name} className="*:border-t *:border-line *:px-3 *:py-1.5 first:*:border-t-0">
            <th scope="row" className="font-normal">
              {name}
            </th>
            <td className="text-right">{format.number(count)}</td>
            <td className="w-20 text-right text-ink-2">
              {total > 0 ? format.percent(count / total, 1) : "–"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
