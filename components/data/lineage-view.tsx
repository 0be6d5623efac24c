import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { FactRows } from "@/components/ui/fact-rows";
import { shortDigest } from "@/components/ui/format";
import { Cell, Table } from "@/components/ui/table";
import type { DatasetDetails } from "@/lib/browser/trpc";
import { VersionLink } from "./version-link";

/** Where a version came from, and the runs and models that came from it. */
export function LineageView({ details }: { details: DatasetDetails }) {
  const t = useTranslations("data.lineage");
  const { source, report, referrers } = details;
  return (
    <>
      <section className="flex flex-col gap-3">
        <h2 className="text-title font-semibold">{t("from")}</h2>
        <FactRows rows={[[t("source"), source]]} />
        {report?.previousDigest && (
          <p>
            {t("previous")}{" "}
            <VersionLink digest={report.previousDigest}>{shortDigest(report.previousDigest)}</VersionLink>
          </p>
        )}
      </section>
      <Runs runs={referrers.runs} />
      <Models models={referrers.models} />
      {referrers.evaluationSets.length > 0 && (
        <section className="flex flex-col gap-3">
          <h2 className="text-title font-semibold">{t("sets")}</h2>
          <p>{referrers.evaluationSets.join(", ")}</p>
        </section>
      )}
    </>
  );
}

function Runs({ runs }: { runs: DatasetDetails["referrers"]["runs"] }) {
  const t = useTranslations("data.lineage");
  const states = useTranslations("runs.states");
  const format = useFormat();
  const heads = ["run", "state", "created"] as const;
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{t("runs")}</h2>
      {runs.total === 0 && <p className="text-ink-2">{t("noRuns")}</p>}
      {runs.total > 0 && (
        <Table caption={t("runs")} heads={heads.map((head) => t(`runHeads.${head}`))}>
          {runs.shown.map(({ id, state, createdAt }) => (
            <tr key={id} className="last:*:border-b-0">
              <Cell>
                <RecordLink href={`/runs/${encodeURIComponent(id)}`}>{id}</RecordLink>
              </Cell>
              <Cell>{states(state)}</Cell>
              <Cell className="whitespace-nowrap tabular-nums">{format.instant(createdAt)}</Cell>
            </tr>
          ))}
        </Table>
      )}
      {runs.total > runs.shown.length && (
        <p className="text-ink-2 tabular-nums">{t("moreRuns", { n: format.number(runs.total) })}</p>
      )}
    </section>
  );
}

function Models({ models }: { models: DatasetDetails["referrers"]["models"] }) {
  const t = useTranslations("data.lineage");
  const states = useTranslations("models.states");
  const format = useFormat();
  const heads = ["version", "state", "run", "published"] as const;
  return (
    <section className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{t("models")}</h2>
      {models.length === 0 && <p className="text-ink-2">{t("noModels")}</p>}
      {models.length > 0 && (
        <Table caption={t("models")} heads={heads.map((head) => t(`modelHeads.${head}`))}>
          {models.map(({ version, state, runId, publishedAt }) => (
            <tr key={version} className="last:*:border-b-0">
              <Cell>
                <RecordLink href={`/models/${encodeURIComponent(version)}`}>{version}</RecordLink>
              </Cell>
              <Cell>{states(state)}</Cell>
              <Cell>
                {runId ? <RecordLink href={`/runs/${encodeURIComponent(runId)}`}>{runId}</RecordLink> : "–"}
              </Cell>
              <Cell className="whitespace-nowrap tabular-nums">{format.instant(publishedAt)}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function RecordLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className="text-accent underline-offset-4 hover:underline">
      {children}
    </Link>
  );
}
