import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { Overview, OverviewHealth } from "@/lib/browser/trpc";
import { Card } from "./card";
import { TextLink } from "./text-link";

interface RunsCardProps {
  current: Overview["current"];
  last: Overview["last"];
  scheduler: OverviewHealth["scheduler"] | undefined;
}

/** What trains now, what did last, and when it is done again. */
export function RunsCard({ current, last, scheduler }: RunsCardProps) {
  const t = useTranslations("overview");
  return (
    <Card title={t("runs.title")} more={<TextLink href="/runs">{t("runs.all")}</TextLink>}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-3 max-sm:grid-cols-1 max-sm:gap-y-1">
        <dt className="text-ink-2">{t("runs.now")}</dt>
        <dd className="max-sm:mb-2">
          {current.length === 0 ? (
            t("runs.nothingNow")
          ) : (
            <ul className="flex flex-col gap-3">
              {current.map((run) => (
                <CurrentRun key={run.id} run={run} />
              ))}
            </ul>
          )}
        </dd>
        <dt className="text-ink-2">{t("runs.last")}</dt>
        <dd className="max-sm:mb-2">{last ? <LastRun run={last} /> : t("runs.noneYet")}</dd>
        <dt className="text-ink-2">{t("runs.next")}</dt>
        <dd>
          <NextRun scheduler={scheduler} />
        </dd>
      </dl>
    </Card>
  );
}

function CurrentRun({ run }: { run: Overview["current"][number] }) {
  const t = useTranslations("overview");
  const format = useFormat();
  const { id, state, stage, progress, latest } = run;
  return (
    <li data-current={id}>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <TextLink href={`/runs/${id}`}>{id}</TextLink>
        <span className="text-ink-2">
          {state === "queued" ? t("runs.queued") : stage ? t(`stages.${stage}`) : t("runs.starting")}
        </span>
      </p>
      {progress && (
        <div className="mt-1 flex max-w-xl flex-col gap-1">
          <ProgressBar value={progress.share} label={t("runs.progressOf", { run: id })} />
          <p className="text-small text-ink-2 tabular-nums">
            {t("runs.epochs", { done: progress.done, epochs: progress.epochs })}
            {progress.leftMs !== null && ` · ${t("runs.left", { time: format.duration(progress.leftMs) })}`}
            {latest?.auc != null && ` · ${t("runs.auc", { auc: format.number(latest.auc, 3) })}`}
          </p>
        </div>
      )}
    </li>
  );
}

function LastRun({ run }: { run: NonNullable<Overview["last"]> }) {
  const t = useTranslations("overview");
  const format = useFormat();
  const { id, state, reason, outcome, startedAt, finishedAt, createdAt } = run;
  const tookMs = startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null;
  return (
    <div data-last={id}>
      <p className={state === "failed" ? "text-red" : ""}>
        <span className="font-medium">{t(`states.${state}`)}</span>
        {outcome && `, ${t(`outcomes.${outcome}`)}`}
      </p>
      {reason && (
        <p lang="en" className="line-clamp-3 wrap-anywhere text-ink-2">
          {reason}
        </p>
      )}
      <p className="text-small wrap-anywhere text-ink-2 tabular-nums">
        <TextLink href={`/runs/${id}`}>{id}</TextLink> · {format.instant(finishedAt ?? createdAt)}
        {tookMs !== null && ` · ${format.duration(tookMs)}`}
      </p>
    </div>
  );
}

function NextRun({ scheduler }: { scheduler: RunsCardProps["scheduler"] }) {
  const t = useTranslations("overview");
  const format = useFormat();
  if (!scheduler) return <span className="text-ink-2">{t("health.asking")}</span>;
  if (!scheduler.ok) return t("runs.nextUnknown");
  if (scheduler.isOff) return t("runs.scheduleOff");
  return scheduler.nextAt ? format.instant(scheduler.nextAt) : t("runs.never");
}
