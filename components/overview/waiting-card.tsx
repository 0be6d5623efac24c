import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { Overview } from "@/lib/browser/trpc";
import { Card } from "./card";
import { TextLink } from "./text-link";

/** What a person has to decide; nothing where there is nothing. */
export function WaitingCard({ waiting }: { waiting: Overview["waiting"] }) {
  const t = useTranslations("overview");
  const format = useFormat();
  if (waiting.length === 0) return null;
  return (
    <Card title={t("waiting.title", { count: waiting.length })} look="asking">
      <ul className="flex flex-col gap-3">
        {waiting.map(({ runId, since, approvals, approvalsNeeded }) => (
          <li key={runId} data-waits={runId} className="flex flex-wrap items-baseline gap-x-4">
            <span className="font-medium wrap-anywhere">{t("waiting.model", { run: runId })}</span>
            <span className="text-ink-2 tabular-nums">
              {t("waiting.since", {
                when: format.instant(since),
                given: approvals,
                needed: approvalsNeeded,
              })}
            </span>
            <TextLink href={`/models/${encodeURIComponent(runId)}`}>{t("waiting.look")}</TextLink>
          </li>
        ))}
      </ul>
    </Card>
  );
}
