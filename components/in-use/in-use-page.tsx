"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { saveFile } from "@/lib/browser/report/save-file";
import { type InUseOverview, useTRPC } from "@/lib/browser/trpc";
import { feedbackCsv, statisticsCsv } from "@/lib/in-use/csv";
import { DriftLimits } from "./drift-limits";
import { DriftSection } from "./drift-section";
import { FeedbackSection } from "./feedback-section";
import { StatisticsSection } from "./statistics-section";
import { versionNames } from "./version-names";

const refreshEveryMs = 60_000;
const ranges = [7, 28, 90] as const;
type Range = (typeof ranges)[number];

function rangeFrom(text: string | null): Range {
  return ranges.find((days) => String(days) === text) ?? 28;
}

/** What doctors say of the versions in use, and what their browsers count. The address holds the range. */
export function InUsePage({ mayDecide }: { mayDecide: boolean }) {
  const t = useTranslations("inUse");
  const trpc = useTRPC();
  const days = rangeFrom(useSearchParams().get("days"));
  const overview = useQuery(
    trpc.inUse.overview.queryOptions(
      { days },
      { refetchInterval: refreshEveryMs, placeholderData: keepPreviousData },
    ),
  );
  const data = useMemo(() => overview.data && [overview.data], [overview.data]);
  return (
    <PageColumn title={t("title")}>
      <p className="-mt-4 max-w-[70ch] text-ink-2">{t("lead")}</p>
      <div className="flex flex-wrap items-center gap-2">
        <RangeChoice days={days} />
        {overview.data && <Exports overview={overview.data} />}
      </div>
      <QueryState query={{ ...overview, data }} empty="">
        {([only]) => only && <Sections overview={only} mayDecide={mayDecide} />}
      </QueryState>
    </PageColumn>
  );
}

function Sections({ overview, mayDecide }: { overview: InUseOverview; mayDecide: boolean }) {
  return (
    <>
      <FeedbackSection overview={overview} />
      <DriftSection overview={overview} />
      {mayDecide && <DriftLimits settings={overview.settings} />}
      <StatisticsSection overview={overview} />
    </>
  );
}

function RangeChoice({ days }: { days: Range }) {
  const t = useTranslations("inUse");
  const router = useRouter();
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{t("range")}</legend>
      {ranges.map((range) => (
        <Button
          key={range}
          look={range === days ? "plain" : "quiet"}
          aria-pressed={range === days}
          onClick={() => router.replace(`/in-use?days=${range}`)}
        >
          {t("days", { count: range })}
        </Button>
      ))}
    </fieldset>
  );
}

function Exports({ overview }: { overview: InUseOverview }) {
  const t = useTranslations("inUse");
  const format = useFormat();
  const { feedback, statistics, days } = overview;
  const names = versionNames(overview);
  const save = (text: string, name: string) =>
    saveFile(new Blob([text], { type: "text/csv;charset=utf-8" }), `${name}-${days}-days.csv`);
  return (
    <div className="ml-auto flex flex-wrap gap-2">
      <Button
        disabled={feedback.length === 0}
        onClick={() => save(feedbackCsv(feedback, names), "feedback")}
        title={t("rows", { count: format.number(feedback.length) })}
      >
        <Download size={16} aria-hidden="true" />
        {t("exportFeedback")}
      </Button>
      <Button
        disabled={statistics.length === 0}
        onClick={() => save(statisticsCsv(statistics, names), "statistics")}
        title={t("rows", { count: format.number(statistics.length) })}
      >
        <Download size={16} aria-hidden="true" />
        {t("exportStatistics")}
      </Button>
    </div>
  );
}
