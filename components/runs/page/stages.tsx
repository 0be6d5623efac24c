import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Cell, Table } from "@/components/ui/table";
import type { RunDetails } from "@/lib/browser/trpc";
import type { RunState } from "@/lib/run-search/run-states";
import { isOpen } from "../run-state";
import { Section } from "./section";

interface StagesProps {
  stages: RunDetails["stages"];
  state: RunState;
}

/** The stages on one axis of time, each with its beginning and its duration. */
export function Stages({ stages, state }: StagesProps) {
  const t = useTranslations("runs");
  const format = useFormat();
  const now = useNow(isOpen(state) && stages.length > 0);
  const first = Math.min(...stages.map(({ startedAt }) => startedAt.getTime()));
  const last = Math.max(...stages.map(({ finishedAt }) => finishedAt?.getTime() ?? now));
  const span = Math.max(1, last - first);
  return (
    <Section title={t("run.stages")}>
      {stages.length === 0 ? (
        <p className="text-ink-2">{t("run.noStages")}</p>
      ) : (
        <Table
          caption={t("run.stagesCaption")}
          heads={[t("run.stage"), t("run.began"), t("run.took"), t("run.share")]}
        >
          {stages.map(({ stage, startedAt, finishedAt }) => {
            const from = startedAt.getTime() - first;
            const took = Math.max(0, (finishedAt?.getTime() ?? now) - startedAt.getTime());
            return (
              <tr key={stage} data-stage={stage} className="tabular-nums last:*:border-b-0">
                <Cell className="whitespace-nowrap">{t(`stages.${stage}`)}</Cell>
                <Cell className="whitespace-nowrap text-ink-2">{startedAt.toISOString().slice(11, 19)}</Cell>
                <Cell className="whitespace-nowrap">
                  {format.duration(took)}
                  {!finishedAt && <span className="ml-2 text-accent">{t("run.goesOn")}</span>}
                </Cell>
                <Cell className="w-1/2 max-sm:px-2">
                  <svg width="100%" height="8" aria-hidden="true" className="mt-1.5 block min-w-12">
                    <rect width="100%" height="8" rx="2" className="fill-float" />
                    <rect
                      x={`${(from / span) * 100}%`}
                      width={`${Math.max(0.5, (took / span) * 100)}%`}
                      height="8"
                      rx="2"
                      className={finishedAt ? "fill-line-strong" : "fill-accent"}
                    />
                  </svg>
                </Cell>
              </tr>
            );
          })}
        </Table>
      )}
    </Section>
  );
}

/** The clock, every second while something goes on. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
