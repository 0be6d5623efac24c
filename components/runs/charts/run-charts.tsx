"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { ChartFigure } from "@/components/charts/chart-figure";
import { ConfusionMatrixTable } from "@/components/charts/confusion-matrix";
import { useFormat } from "@/components/i18n/use-format";
import { useLive } from "@/components/live/use-live";
import { QueryState } from "@/components/ui/query-state";
import { type RunChartsData, useTRPC } from "@/lib/browser/trpc";
import { heldOutCharts } from "./held-out-charts";
import { trainingCharts } from "./training-charts";

/** The curves of a run: of its epochs, while it trains, and of its model on the held-out patients once it is scored. */
export function RunCharts({ runId }: { runId: string }) {
  const t = useTranslations("runCharts");
  const trpc = useTRPC();
  useLive(["run", "epoch", "decision"]);
  const query = useQuery(trpc.compare.run.queryOptions({ id: runId }));
  return (
    <QueryState query={{ ...query, data: query.data && [query.data] }} empty={t("noEpochs")}>
      {([data]) => data && <Sections data={data} />}
    </QueryState>
  );
}

function Sections({ data }: { data: RunChartsData }) {
  const t = useTranslations("runCharts");
  const format = useFormat();
  const { epochs, rank, called } = data;
  const isOver = data.state !== "queued" && data.state !== "running";
  const training = useMemo(() => trainingCharts(epochs, t), [epochs, t]);
  const heldOut = useMemo(
    () => (rank ? heldOutCharts(rank, called, { t, format }) : []),
    [rank, called, t, format],
  );
  return (
    <>
      <Section
        title={t("training")}
        note={epochs.length > 0 ? null : t(isOver ? "neverTrained" : "noEpochs")}
      >
        {epochs.length > 0 && training.map((chart) => <ChartFigure key={chart.title} chart={chart} />)}
      </Section>
      <Section
        title={t("heldOut")}
        note={rank ? (called ? null : t("noThreshold")) : t(isOver ? "neverScored" : "notScored")}
      >
        {heldOut.map((chart) => (
          <ChartFigure key={chart.title} chart={chart} />
        ))}
        {rank && called && (
          <ConfusionMatrixTable
            matrix={called.confusion}
            note={t("confusionNote", {
              threshold: format.percent(called.threshold, 1),
              images: format.number(rank.images),
            })}
          />
        )}
      </Section>
    </>
  );
}

interface SectionProps {
  title: string;
  note: string | null;
  children: React.ReactNode;
}

function Section({ title, note, children }: SectionProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="font-semibold">{title}</h2>
      {note && <p className="rounded-panel border border-dashed border-line px-4 py-4 text-ink-2">{note}</p>}
      <div className="grid gap-4 lg:grid-cols-2">{children}</div>
    </section>
  );
}
