import { useTranslations } from "use-intl";
import { ChartFigure } from "@/components/charts/chart-figure";
import { useFormat } from "@/components/i18n/use-format";
import { Disclosure } from "@/components/ui/disclosure";
import { Cell, Table } from "@/components/ui/table";
import type { DatasetDetails } from "@/lib/browser/trpc";
import type { MeasureName } from "@/lib/dataset-report/image-measures";
import { NamedList } from "./job-list";
import { ProblemList } from "./problem-list";
import { distributionChart, intensityMeasures, sizeMeasures, unitOf } from "./report-charts";

type Report = NonNullable<DatasetDetails["report"]>;
const parts = ["all", "train", "validation", "test"] as const;
const countHeads = [
  "part",
  "images",
  "patients",
  "normal",
  "pneumonia",
  "share",
  "bacteria",
  "virus",
] as const;

/** What the check of a version found. */
export function ReportView({ details: { report } }: { details: DatasetDetails }) {
  const t = useTranslations("data.report");
  if (!report)
    return (
      <p className="rounded-panel border border-dashed border-line px-4 py-6 text-ink-2">{t("unchecked")}</p>
    );
  return (
    <>
      <section className="flex flex-col gap-3" data-report={report.state}>
        <h2 className="text-title font-semibold">{t("problems")}</h2>
        <p>{t(`state.${report.state}`)}</p>
        {report.problems.length > 0 && <ProblemList problems={report.problems} />}
      </section>
      <Counts report={report} />
      <Duplicates report={report} />
      <Distributions
        title={t("intensity")}
        note={t("intensityNote")}
        names={intensityMeasures}
        report={report}
      />
      <Distributions title={t("size")} names={sizeMeasures} report={report} />
    </>
  );
}

function Counts({ report }: { report: Report }) {
  const t = useTranslations("data.report");
  const format = useFormat();
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{t("counts")}</h2>
      <Table caption={t("counts")} heads={countHeads.map((head) => t(`countHeads.${head}`))}>
        {parts.map((part) => {
          const { images, patients, normal, pneumonia, subgroups } =
            part === "all" ? report.counts : report.splits[part];
          const figures = [images, patients, normal, pneumonia].map((figure) => format.number(figure));
          return (
            <tr key={part} className="tabular-nums last:*:border-b-0">
              <th scope="row" className="border-b border-line px-4 py-2 font-medium">
                {t(`parts.${part}`)}
              </th>
              {figures.map((figure, at) => (
                <Cell key={countHeads[at + 1]}>{figure}</Cell>
              ))}
              <Cell>{images > 0 ? format.percent(pneumonia / images, 1) : "–"}</Cell>
              <Cell>{format.number(subgroups.bacteria)}</Cell>
              <Cell>{format.number(subgroups.virus)}</Cell>
            </tr>
          );
        })}
      </Table>
      <p className="text-small text-ink-2">{t("subgroupsNote")}</p>
    </section>
  );
}

function Duplicates({ report }: { report: Report }) {
  const t = useTranslations("data.report");
  const format = useFormat();
  const { duplicates, undecodable, leftOutCopies } = report;
  const { identical, near, lookalikes, comparedPairs } = duplicates;
  const pair = ({ first, second, distance, correlation }: (typeof near.named)[number]) =>
    t("pair", { first, second, distance: String(distance), correlation: format.number(correlation, 3) });
  const files = (list: readonly { path: string; reason: string }[]) =>
    list.map(({ path, reason }) => `${path}: ${reason}`);
  const lists = [
    ["identicalList", identical.count, identical.named.map((group) => group.join(", "))],
    ["nearList", near.count, near.named.map(pair)],
    ["lookalikeList", lookalikes.count, lookalikes.named.map(pair)],
    ["undecodableList", undecodable.count, files(undecodable.named)],
    ["leftOutList", leftOutCopies.count, files(leftOutCopies.named)],
  ] as const;
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{t("duplicates")}</h2>
      <p className="tabular-nums">
        {t("duplicatesFound", {
          pairs: format.number(comparedPairs),
          identical: identical.count,
          near: near.count,
          lookalikes: lookalikes.count,
        })}
      </p>
      {lists.map(
        ([title, count, lines]) =>
          count > 0 && (
            <Disclosure key={title} title={`${t(title)} (${format.number(count)})`}>
              <NamedList lines={lines} count={count} />
            </Disclosure>
          ),
      )}
    </section>
  );
}

interface DistributionsProps {
  title: string;
  note?: string;
  names: readonly MeasureName[];
  report: Report;
}

function Distributions({ title, note, names, report }: DistributionsProps) {
  const t = useTranslations("data.report");
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{title}</h2>
      {note && <p className="text-small text-ink-2">{note}</p>}
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        {names.map((name) => (
          <ChartFigure
            key={name}
            chart={distributionChart(report.distributions[name], {
              title: t(`measures.${name}`),
              unit: t(unitOf(name)),
              images: t("imagesAxis"),
            })}
          />
        ))}
      </div>
    </section>
  );
}
