import { TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { ChartFigure } from "@/components/charts/chart-figure";
import { useFormat } from "@/components/i18n/use-format";
import type { InUseOverview } from "@/lib/browser/trpc";
import { sumOf } from "@/lib/in-use/statistics";
import { histogramQuantile } from "@/lib/in-use/summaries";
import { distributionChart, quartilesChart } from "./in-use-charts";
import { Nothing, PageSection } from "./page-section";
import { versionNames } from "./version-names";

type VersionDrift = InUseOverview["drifts"][number];

/** Whether probabilities in use are distributed as on the images that the version was made with. */
export function DriftSection({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse.drift");
  const { settings, drifts, statistics } = overview;
  return (
    <PageSection
      title={t("title")}
      explained={t("explained", { days: settings.days, psi: settings.psi, ks: settings.ks })}
    >
      {statistics.length === 0 ? (
        <Nothing>{t("none")}</Nothing>
      ) : (
        <>
          {drifts.map((drift) => (
            <DriftOfVersion key={drift.serial} drift={drift} overview={overview} />
          ))}
          <OverTime overview={overview} />
        </>
      )}
    </PageSection>
  );
}

function DriftOfVersion({ drift, overview }: { drift: VersionDrift; overview: InUseOverview }) {
  const name = versionNames(overview).get(drift.serial) ?? "";
  const drifted = drift.verdict.state === "drifted";
  return (
    <>
      <div
        data-drift={drift.verdict.state}
        className={`flex flex-col gap-3 rounded-panel border border-line px-4 py-3 ${drifted ? "bg-amber-wash" : "bg-raised"}`}
      >
        <h3 className="flex items-center gap-2 font-medium">
          {drifted && <TriangleAlert size={16} aria-hidden="true" className="text-amber" />}
          {name}
        </h3>
        <DriftWords drift={drift} />
      </div>
      {sumOf(drift.seen) > 0 && <Distribution drift={drift} overview={overview} />}
    </>
  );
}

function Distribution({ drift, overview }: { drift: VersionDrift; overview: InUseOverview }) {
  const t = useTranslations("inUse.drift");
  const format = useFormat();
  const chart = useMemo(() => {
    const median = (counts: readonly number[]) => format.percent(histogramQuantile(counts, 0.5));
    const { reference } = drift;
    const images = reference?.images ?? "none";
    const version = overview.versions.find(({ serial }) => serial === drift.serial);
    return distributionChart(drift, version?.threshold ?? 0.5, {
      title: t("chart", { version: version?.version ?? "", images }),
      probability: t("probability"),
      share: t("share"),
      inUse: t("inUse"),
      reference: t("reference", { images }),
      threshold: t("threshold"),
      summary: [
        t("medianInUse", { median: median(drift.seen) }),
        ...(reference ? [t("medianReference", { images, median: median(reference.counts) })] : []),
      ].join(" "),
    });
  }, [drift, overview, t, format]);
  return <ChartFigure chart={chart} />;
}

function OverTime({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse.drift");
  const chart = useMemo(
    () =>
      quartilesChart(overview, new Date(), {
        title: t("overTime"),
        day: t("day"),
        unit: t("dayUnit"),
        probability: t("probability"),
        lower: t("quartiles.lower"),
        median: t("quartiles.median"),
        upper: t("quartiles.upper"),
      }),
    [overview, t],
  );
  return <ChartFigure chart={chart} />;
}

function DriftWords({ drift: { verdict, since, reference } }: { drift: VersionDrift }) {
  const t = useTranslations("inUse.drift");
  const format = useFormat();
  if (verdict.state === "no-reference") return <p className="text-ink-2">{t("noReference")}</p>;
  if (verdict.state === "too-few")
    return (
      <p className="text-ink-2">
        {t("tooFew", { results: format.number(verdict.results), needed: format.number(verdict.needed) })}
      </p>
    );
  const { psi, psiByChance, ks, ksP, expected, observed } = verdict.drift;
  return (
    <>
      <p>
        {t(verdict.state)}{" "}
        {since && <span className="text-ink-2">{t("lastMeasured", { when: format.instant(since) })}</span>}
      </p>
      <dl className="flex flex-wrap gap-x-8 gap-y-2 tabular-nums">
        <Fact
          name={t("psi")}
          value={format.number(psi, 3)}
          note={t("byChance", { value: format.number(psiByChance, 3) })}
        />
        <Fact
          name={t("ks")}
          value={format.number(ks, 3)}
          note={t("p", { value: ksP < 0.001 ? `< ${format.number(0.001, 3)}` : format.number(ksP, 3) })}
        />
        <Fact
          name={t("results")}
          value={format.number(observed)}
          note={t("against", { count: format.number(expected), images: reference?.images ?? "none" })}
        />
      </dl>
    </>
  );
}

function Fact({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt className="text-small text-ink-2">{name}</dt>
      <dd>
        {value} <span className="text-small text-ink-2">{note}</span>
      </dd>
    </div>
  );
}
