"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { PageTitle } from "@/components/ui/page-title";
import { keepOffline } from "@/lib/browser/offline/keep-offline";
import { useTRPC } from "@/lib/browser/trpc";
import { Champion } from "./champion";
import { QueryState } from "./query-state";
import { RunsTable } from "./runs-table";
import { VersionsTable } from "./versions-table";

const refreshEveryMs = 10_000;

/** What the retraining loop did, and which model versions came of it. Nothing can be changed here. */
export function ActivityPage() {
  const t = useTranslations("activity");
  const trpc = useTRPC();
  useEffect(() => void keepOffline(), []);
  const runs = useQuery(trpc.runs.list.queryOptions({}, { refetchInterval: refreshEveryMs }));
  const versions = useQuery(trpc.modelVersions.list.queryOptions({}, { refetchInterval: refreshEveryMs }));

  return (
    <main id="content" tabIndex={-1} className="flex-1 outline-none lg:min-h-0 lg:overflow-y-auto">
      <div className="mx-auto flex max-w-[88rem] flex-col gap-8 px-4 py-6 lg:px-6">
        <PageTitle>{t("title")}</PageTitle>
        <h1 className="sr-only">{t("title")}</h1>
        {versions.data && <Champion versions={versions.data} />}
        <section aria-labelledby="runs-title">
          <h2 id="runs-title" className="mb-2 text-title font-semibold">
            {t("runs")}
          </h2>
          <QueryState query={runs} empty={t("noRuns")}>
            {(rows) => <RunsTable runs={rows} />}
          </QueryState>
        </section>
        <section aria-labelledby="versions-title">
          <h2 id="versions-title" className="mb-2 text-title font-semibold">
            {t("versions")}
          </h2>
          <QueryState query={versions} empty={t("noVersions")}>
            {(rows) => <VersionsTable versions={rows} />}
          </QueryState>
        </section>
      </div>
    </main>
  );
}
