import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { ChartFigure } from "@/components/charts/chart-figure";
import { useFormat } from "@/components/i18n/use-format";
import { Cell, Table } from "@/components/ui/table";
import type { InUseOverview } from "@/lib/browser/trpc";
import { agreementChart } from "./in-use-charts";
import { Nothing, PageSection } from "./page-section";
import { versionNames } from "./version-names";

const heads = ["version", "answers", "agreement", "disagreed", "toNormal", "toPneumonia", "toOther"] as const;

/** What doctors say of each version. */
export function FeedbackSection({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse.feedback");
  const { feedback } = overview;
  return (
    <PageSection title={t("title")} explained={feedback.length > 0 ? t("explained") : undefined}>
      {feedback.length === 0 ? (
        <Nothing>{t("none")}</Nothing>
      ) : (
        <>
          <FeedbackTable overview={overview} />
          {feedback.length > 1 && <Agreement overview={overview} />}
        </>
      )}
    </PageSection>
  );
}

function Agreement({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse.feedback");
  const chart = useMemo(() => {
    const names = versionNames(overview);
    return agreementChart(overview, (serial) => names.get(serial) ?? `#${serial}`, {
      title: t("chart"),
      axis: t("agreementAxis"),
    });
  }, [overview, t]);
  return <ChartFigure chart={chart} />;
}

function FeedbackTable({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse.feedback");
  const verdict = useTranslations("predict.verdict.labels");
  const format = useFormat();
  const names = versionNames(overview);
  return (
    <Table caption={t("table")} heads={heads.map((head) => t(`heads.${head}`))}>
      {overview.feedback.map(({ serial, given, agreement, disagreed, corrected, byVerdict }) => (
        <tr key={serial} data-feedback-of={serial} className="tabular-nums last:*:border-b-0">
          <Cell>
            <span className="font-medium">{names.get(serial)}</span>{" "}
            <span className="text-ink-2">#{serial}</span>
          </Cell>
          <Cell>{format.number(given)}</Cell>
          <Cell>
            {format.interval(agreement)}
            <ul className="text-small text-ink-2">
              {byVerdict
                .filter((row) => row.given > 0)
                .map((row) => (
                  <li key={row.verdict}>
                    {t("ofVerdict", {
                      verdict: verdict(row.verdict),
                      agreement: format.interval(row.agreement),
                      count: row.given,
                    })}
                  </li>
                ))}
            </ul>
          </Cell>
          <Cell>{format.number(disagreed)}</Cell>
          <Cell>{format.number(corrected.NORMAL)}</Cell>
          <Cell>{format.number(corrected.PNEUMONIA)}</Cell>
          <Cell>{format.number(corrected.OTHER)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
