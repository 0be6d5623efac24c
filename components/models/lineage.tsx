import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { shortDigest } from "@/components/ui/format";
import type { ModelDetails } from "@/lib/browser/trpc";

const look = "text-accent underline-offset-4 hover:underline";

/** Where a version comes from and what came of it. */
export function Lineage({ lineage }: { lineage: ModelDetails["lineage"] }) {
  const t = useTranslations("models.lineage");
  const models = useTranslations("models");
  const { previous, restores, runId, datasetDigest, hasDataset, followedBy, comparedWith } = lineage;
  return (
    <dl className="grid gap-x-8 gap-y-2 sm:grid-cols-[max-content_1fr]">
      {datasetDigest && (
        <Row name={t("dataset")}>
          {hasDataset ? (
            <Link href={`/data/${datasetDigest}`} className={look}>
              {shortDigest(datasetDigest)}
            </Link>
          ) : (
            `${shortDigest(datasetDigest)} ${t("elsewhere")}`
          )}
        </Row>
      )}
      {runId && (
        <Row name={t("run")}>
          <Link href={`/runs/${encodeURIComponent(runId)}`} className={look}>
            {runId}
          </Link>
        </Row>
      )}
      {previous && <Row name={t("previous")}>{versionLink(previous)}</Row>}
      {restores && <Row name={t("restores")}>{versionLink(restores)}</Row>}
      {followedBy.length > 0 && <Row name={t("followedBy")}>{followedBy.map(versionLink)}</Row>}
      {comparedWith.length > 0 && (
        <Row name={t("comparedWith")}>
          {comparedWith.map(({ runId: other, outcome }) => (
            <span key={other} className="mr-4 inline-block">
              <Link href={`/models/${encodeURIComponent(other)}`} className={look}>
                {other}
              </Link>{" "}
              <span className="text-small text-ink-2">{models(`outcomes.${outcome}`)}</span>
            </span>
          ))}
        </Row>
      )}
    </dl>
  );
}

function versionLink(version: string) {
  return (
    <Link key={version} href={`/models/${encodeURIComponent(version)}`} className={`${look} mr-4`}>
      {version}
    </Link>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-2">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}
