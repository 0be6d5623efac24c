"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useLive } from "@/components/live/use-live";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { useTRPC } from "@/lib/browser/trpc";
import { liveKinds } from "@/lib/live/changes";
import { ChampionCard } from "./champion-card";
import { EventsCard } from "./events-card";
import { HealthCard } from "./health-card";
import { RunsCard } from "./runs-card";
import { SetUpCard } from "./set-up-card";
import { WaitingCard } from "./waiting-card";

/** Comments and the like change no row that is told live. */
const refreshEveryMs = 60_000;
const healthEveryMs = 15_000;

/** The state of everything, at a look. */
export function OverviewPage({ mayAct }: { mayAct: boolean }) {
  const t = useTranslations("overview");
  const trpc = useTRPC();
  useLive(liveKinds);
  const overview = useQuery(trpc.overview.get.queryOptions(undefined, { refetchInterval: refreshEveryMs }));
  const health = useQuery(
    trpc.overview.health.queryOptions(undefined, {
      refetchInterval: healthEveryMs,
      trpc: { context: { alone: true } },
    }),
  );

  return (
    <PageColumn title={t("title")}>
      <QueryState query={{ ...overview, data: overview.data && [overview.data] }} empty="">
        {([data]) =>
          data && (
            <div className="grid items-start gap-4 lg:grid-cols-[2fr_1fr]">
              <div className="flex min-w-0 flex-col gap-4">
                <WaitingCard waiting={data.waiting} />
                <SetUpCard setUp={data.setUp} health={health.data} />
                <ChampionCard champion={data.champion} />
                <RunsCard current={data.current} last={data.last} scheduler={health.data?.scheduler} />
              </div>
              <div className="flex min-w-0 flex-col gap-4">
                <HealthCard health={health.data} failed={health.isError} />
                <EventsCard events={data.events} mayReadAll={mayAct} />
              </div>
            </div>
          )
        }
      </QueryState>
    </PageColumn>
  );
}
