import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { type ModelDetails, useTRPC } from "@/lib/browser/trpc";

/** All that is on record about a version, or about a run's challenger. */
export function ModelDialog({ name, onClose }: { name: string | null; onClose(): void }) {
  return (
    <PanelDialog open={name !== null} onOpenChange={(open) => !open && onClose()} title={name ?? ""}>
      {name && <Details name={name} />}
    </PanelDialog>
  );
}

function Details({ name }: { name: string }) {
  const t = useTranslations("models");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const details = useQuery(trpc.modelVersions.details.queryOptions({ name }));
  if (details.isPending) return <p className="text-ink-2">{common("loading")}</p>;
  if (details.isError) return <FailureLine code={failureCodeOf(details.error)} />;
  return (
    <div className="flex flex-col gap-6">
      <Figures details={details.data} />
      <DecisionRecord details={details.data} />
      <History details={details.data} />
      <Link
        href={`/models/${encodeURIComponent(name)}`}
        className="self-start text-accent underline-offset-4 hover:underline"
      >
        {t("page.open")}
      </Link>
    </div>
  );
}

const figures = ["auc", "accuracy", "sensitivity", "specificity"] as const;

function Figures({ details: { manifest, revocation } }: { details: ModelDetails }) {
  const t = useTranslations("models");
  const format = useFormat();
  if (!manifest) return null;
  return (
    <section className="flex flex-col gap-2">
      {revocation && <p className="text-red">{t("revoked", { reason: revocation.reason })}</p>}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 tabular-nums">
        {figures.map((figure) => (
          <div key={figure}>
            <dt className="text-small text-ink-2">{t(`figures.${figure}`)}</dt>
            <dd>
              {figure === "auc"
                ? format.index(manifest.metrics.auc)
                : format.interval(manifest.metrics[figure], 1)}
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-small text-ink-2">{t("heldOut", { n: manifest.metrics.n })}</p>
    </section>
  );
}

function DecisionRecord({ details: { decision } }: { details: ModelDetails }) {
  const t = useTranslations("models");
  if (!decision) return null;
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">{t("decision", { outcome: t(`outcomes.${decision.outcome}`) })}</h3>
      <ul lang="en" className="list-disc pl-5 text-ink-2">
        {decision.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </section>
  );
}

/** What was done about it, by whom, when and why. */
export function History({ details: { events } }: { details: ModelDetails }) {
  const t = useTranslations("models");
  const format = useFormat();
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">{t("history")}</h3>
      <ol className="flex flex-col gap-2">
        {events.map(({ at, action, actor, details }) => (
          <li key={`${format.instant(at)} ${action} ${actor}`}>
            <span className="text-small text-ink-2">
              {format.instant(at)} · {actor}
            </span>
            <br />
            <code className="font-sans">{action}</code>
            {typeof details.reason === "string" && <q className="ml-2">{details.reason}</q>}
            {typeof details.note === "string" && <q className="ml-2">{details.note}</q>}
            {typeof details.text === "string" && <q className="ml-2">{details.text}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}
