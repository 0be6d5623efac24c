"use client";

import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useMemo } from "react";
import { useTranslations } from "use-intl";
import { ChartFigure } from "@/components/charts/chart-figure";
import { CsvButton } from "@/components/charts/csv-button";
import { useFormat } from "@/components/i18n/use-format";
import { useLive } from "@/components/live/use-live";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { type ModelComparison, useTRPC } from "@/lib/browser/trpc";
import { type CompareAddress, compareHref, limit, readAddress } from "./compare-address";
import { type ChartWords, curveCharts, forestChart } from "./compare-charts";
import { comparisonTable } from "./compare-csv";
import { ComparedContext } from "./compared";
import { DisagreementsTable } from "./disagreements-table";
import { MetricsTable } from "./metrics-table";
import { ModelList } from "./model-list";
import { ModelPicker } from "./model-picker";
import { Notes } from "./notes";
import { PairedTable } from "./paired-table";
import { ParametersTable } from "./parameters-table";
import { Relations } from "./relations";
import { SetChoice } from "./set-choice";
import { shortNames } from "./short-names";

/** Training runs and model versions side by side. The address holds which, and how they are shown. */
export function ComparePage() {
  const t = useTranslations("compare");
  const trpc = useTRPC();
  const router = useRouter();
  const search = useSearchParams();
  const address = useMemo(() => readAddress(new URLSearchParams(search)), [search]);
  const ids = address.ids.slice(0, limit);
  const change = (next: Partial<CompareAddress>) =>
    router.replace(compareHref({ ...address, ...next }), { scroll: false });
  const { baseline, set } = address;
  const query = useQuery(
    trpc.compare.models.queryOptions(
      ids.length > 0 ? { ids, ...(baseline && { baseline }), ...(set && { set }) } : skipToken,
      { placeholderData: keepPreviousData },
    ),
  );
  useLive(query.data?.models.some(isUnfinished) ? ["run", "epoch", "decision"] : []);

  return (
    <PageColumn title={t("title")}>
      <div className="flex flex-wrap items-center gap-2">
        <ModelPicker chosen={address.ids} onAdd={(id) => change({ ids: [...address.ids, id] })} />
        {query.data && ids.length > 1 && (
          <CsvButton name="comparison" table={() => comparisonTable(query.data)}>
            {t("exportCsv")}
          </CsvButton>
        )}
      </div>
      {address.ids.length > limit && (
        <p role="status">{t("tooMany", { count: address.ids.length, limit })}</p>
      )}
      {ids.length === 0 ? (
        <p className="rounded-panel border border-dashed border-line px-4 py-6 text-ink-2">{t("none")}</p>
      ) : (
        <QueryState query={{ ...query, data: query.data && [query.data] }} empty={t("none")}>
          {([comparison]) =>
            comparison && <Comparison comparison={comparison} address={address} change={change} />
          }
        </QueryState>
      )}
    </PageColumn>
  );
}

function isUnfinished({ state }: ModelComparison["models"][number]): boolean {
  return state === "queued" || state === "running";
}

interface ComparisonProps {
  comparison: ModelComparison;
  address: CompareAddress;
  change(next: Partial<CompareAddress>): void;
}

function Comparison({ comparison, address, change }: ComparisonProps) {
  const compared = useMemo(
    () => ({ comparison, names: shortNames(comparison.models.map(({ id }) => id)) }),
    [comparison],
  );
  const without = (gone: readonly string[]) =>
    change({ ids: address.ids.filter((id) => !gone.includes(id)) });
  return (
    <ComparedContext value={compared}>
      <Notes onRemoveUnknown={() => without(comparison.unknown)} />
      {comparison.models.length > 0 && (
        <ModelList onBaseline={(id) => change({ baseline: id })} onRemove={(id) => without([id])} />
      )}
      {comparison.models.length > 1 && (
        <Sections comparison={comparison} names={compared.names} address={address} change={change} />
      )}
    </ComparedContext>
  );
}

function Sections({ comparison, names, address, change }: ComparisonProps & { names: readonly string[] }) {
  const t = useTranslations("compare");
  const run = useTranslations("runCharts");
  const format = useFormat();
  const words: ChartWords = useMemo(() => ({ t, run, names, format }), [t, run, names, format]);
  const curves = useMemo(() => curveCharts(comparison, words), [comparison, words]);
  const forest = useMemo(() => forestChart(comparison, words), [comparison, words]);
  const isScored = comparison.set !== null;
  return (
    <>
      <SetChoice onChange={(set) => change({ set })} />
      {isScored && (
        <Section title={t("metrics.title")}>
          <MetricsTable />
        </Section>
      )}
      <Section title={t("parameters.title")}>
        <ParametersTable />
      </Section>
      <Section title={t("curves.title")}>
        <div className="grid gap-4 lg:grid-cols-2">
          {curves.map((chart) => (
            <ChartFigure key={chart.title} chart={chart} />
          ))}
        </div>
      </Section>
      {isScored && (
        <Section title={t("paired.title")}>
          <PairedTable />
          <ChartFigure chart={forest} />
        </Section>
      )}
      <Section title={t("relations.title")}>
        <Relations x={address.x} y={address.y} words={words} onChange={change} />
      </Section>
      {isScored && (
        <Section title={t("disagreements.title")}>
          <DisagreementsTable />
        </Section>
      )}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <h2 className="text-title font-semibold">{title}</h2>
      {children}
    </div>
  );
}
