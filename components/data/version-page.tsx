"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useLive } from "@/components/live/use-live";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { type DatasetDetails, useTRPC } from "@/lib/browser/trpc";
import { ActDialog, type VersionAct } from "./act-dialog";
import { ChangesView } from "./changes-view";
import { ImagesView } from "./images-view";
import { LineageView } from "./lineage-view";
import { ReportView } from "./report-view";
import { useQueryChange } from "./use-query-change";
import { VersionFacts } from "./version-facts";

const views = ["report", "images", "changes", "lineage"] as const;
type View = (typeof views)[number];

interface VersionPageProps {
  /** "current", or the first hex digits of a digest. */
  version: string;
  mayAct: boolean;
  /** Whether images of patients are shown. */
  maySee: boolean;
}

/** One dataset version: what it is, what its check found, its images, what differs from others, who used it. */
export function VersionPage({ version, mayAct, maySee }: VersionPageProps) {
  const t = useTranslations("data.version");
  const trpc = useTRPC();
  useLive(["dataset-version", "dataset-report", "run", "model-version"]);
  const details = useQuery(trpc.data.get.queryOptions({ version }, { placeholderData: keepPreviousData }));
  const name = details.data?.name ?? version;
  return (
    <PageColumn title={t("title", { name })}>
      <Link
        href="/data"
        prefetch={false}
        className="-mt-4 self-start text-accent underline-offset-4 hover:underline"
      >
        {t("back")}
      </Link>
      <QueryState query={{ ...details, data: details.data && [details.data] }} empty={t("notFound")}>
        {([found]) => found && <Version details={found} mayAct={mayAct} maySee={maySee} />}
      </QueryState>
    </PageColumn>
  );
}

interface VersionProps extends Omit<VersionPageProps, "version"> {
  details: DatasetDetails;
}

function Version({ details, mayAct, maySee }: VersionProps) {
  const { search } = useQueryChange();
  const [act, setAct] = useState<VersionAct | null>(null);
  const view: View = views.find((one) => one === search.get("view")) ?? "report";
  return (
    <>
      <VersionFacts details={details} mayAct={mayAct} maySee={maySee} onAct={setAct} />
      <ViewLinks view={view} />
      {view === "report" && <ReportView details={details} />}
      {view === "images" && <ImagesView digest={details.digest} maySee={maySee} />}
      {view === "changes" && <ChangesView details={details} maySee={maySee} />}
      {view === "lineage" && <LineageView details={details} />}
      <ActDialog act={act} details={details} onClose={() => setAct(null)} />
    </>
  );
}

function ViewLinks({ view }: { view: View }) {
  const t = useTranslations("data.version");
  return (
    <nav aria-label={t("viewsLabel")} className="flex flex-wrap gap-1 border-b border-line">
      {views.map((one) => (
        <Link
          key={one}
          href={one === "report" ? "?" : `?view=${one}`}
          prefetch={false}
          scroll={false}
          aria-current={one === view ? "page" : undefined}
          className="-mb-px min-h-9 border-b-2 border-transparent px-3 py-2 text-ink-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
        >
          {t(`views.${one}`)}
        </Link>
      ))}
    </nav>
  );
}
