import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { type DatasetDetails, useTRPC } from "@/lib/browser/trpc";
import type { VersionAct } from "./act-dialog";
import { CheckState } from "./check-state";

interface VersionFactsProps {
  details: DatasetDetails;
  mayAct: boolean;
  maySee: boolean;
  onAct(act: VersionAct): void;
}

/** What a version is, and what can be done with it. */
export function VersionFacts({ details, mayAct, maySee, onAct }: VersionFactsProps) {
  const t = useTranslations("data.version");
  const format = useFormat();
  const { digest, source, createdAt, checkedAt, report, images, patients, leftOut, isCurrent, currentSince } =
    details;
  const current =
    isCurrent && currentSince ? t("yesSince", { when: format.instant(currentSince) }) : t("notCurrent");
  const facts: (readonly [keyof IntlFacts, string])[] = [
    ["digest", digest],
    ["source", source],
    ["recorded", format.instant(createdAt)],
    ["current", current],
    ["images", format.number(images)],
    ["patients", format.number(patients)],
    ...(report ? [["size", format.bytes(report.counts.sizeBytes)] as const] : []),
    ["leftOut", format.number(leftOut)],
  ];
  return (
    <section className="flex flex-col gap-4 rounded-panel border border-line bg-raised p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <CheckState check={report?.state ?? null} />
        {checkedAt && <span className="text-ink-2">{format.instant(checkedAt)}</span>}
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          <Downloads digest={digest} hasReport={report !== null} maySee={maySee} />
          {mayAct && <Actions details={details} onAct={onAct} />}
        </div>
      </div>
      <dl className="grid grid-cols-1 gap-x-8 gap-y-1 tabular-nums sm:grid-cols-2 xl:grid-cols-4">
        {facts.map(([name, value]) => (
          <div key={name} className={name === "digest" || name === "source" ? "sm:col-span-2" : ""}>
            <dt className="text-small text-ink-2">{t(`facts.${name}`)}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface IntlFacts {
  digest: string;
  source: string;
  recorded: string;
  current: string;
  images: string;
  patients: string;
  size: string;
  leftOut: string;
}

function Downloads({ digest, hasReport, maySee }: { digest: string; hasReport: boolean; maySee: boolean }) {
  const t = useTranslations("data.version");
  const base = `/api/data/versions/${digest.slice("sha256:".length)}`;
  const links = [
    ...(hasReport ? [[`${base}/report`, t("html")] as const] : []),
    ...(maySee ? [[`${base}/listing`, t("csv")] as const] : []),
  ];
  return links.map(([href, title]) => (
    <a
      key={href}
      href={href}
      download
      className="inline-flex min-h-9 items-center gap-2 rounded-control border border-line px-3 whitespace-nowrap hover:border-line-strong"
    >
      <Download size={16} aria-hidden="true" className="text-ink-2" />
      {title}
    </a>
  ));
}

function Actions({ details, onAct }: { details: DatasetDetails; onAct(act: VersionAct): void }) {
  const t = useTranslations("data.version");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const check = useMutation(
    trpc.data.check.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.data.pathKey() }),
    }),
  );
  const { report, isCurrent, digest } = details;
  return (
    <>
      {!report && (
        <Button
          look="primary"
          disabled={check.isPending || check.isSuccess}
          onClick={() => check.mutate({ version: digest })}
        >
          {t("runCheck")}
        </Button>
      )}
      {!isCurrent && report && report.state !== "failed" && (
        <Button look="primary" onClick={() => onAct("makeCurrent")}>
          {t("makeCurrent")}
        </Button>
      )}
      {!isCurrent && (
        <Button look="quiet" onClick={() => onAct("delete")}>
          {t("delete")}
        </Button>
      )}
      {check.isError && <FailureLine code={failureCodeOf(check.error)} />}
    </>
  );
}
