import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { failureCodeFrom } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { ProgressBar } from "@/components/ui/progress-bar";
import { type DatasetJobRow, useTRPC } from "@/lib/browser/trpc";
import { VersionLink } from "./version-link";

const refreshEveryMs = 10_000;
const shown = 5;

/** Imports and checks with their progress, newest first. */
export function JobList() {
  const t = useTranslations("data.jobs");
  const trpc = useTRPC();
  const jobs = useQuery(trpc.data.jobs.queryOptions({ limit: shown }, { refetchInterval: refreshEveryMs }));
  if (!jobs.data) return null;
  return (
    <section className="flex flex-col gap-2" aria-labelledby="data-jobs">
      <h2 id="data-jobs" className="text-title font-semibold">
        {t("title")}
      </h2>
      {jobs.data.rows.length === 0 && <p className="text-ink-2">{t("none")}</p>}
      <ul className="flex flex-col gap-2">
        {jobs.data.rows.map((job) => (
          <li
            key={job.id}
            data-job={job.state}
            className="flex flex-col gap-2 rounded-panel border border-line bg-raised px-4 py-3"
          >
            <JobLine job={job} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function JobLine({ job }: { job: DatasetJobRow }) {
  const t = useTranslations("data.jobs");
  const format = useFormat();
  const { kind, title, state, actor, createdAt, datasetDigest, errorCode, reason } = job;
  const isOpen = state === "queued" || state === "running";
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <p className="min-w-0 flex-1 wrap-anywhere">
          <span className="font-medium">
            {t(`kinds.${kind}`, { title: kind === "check" ? title.slice(7, 19) : title })}
          </span>{" "}
          <span className="text-ink-2">{`${actor}, ${format.instant(createdAt)}`}</span>
        </p>
        <span role="status" className={state === "failed" ? "text-red" : "text-ink-2"}>
          {t(`states.${state}`)}
        </span>
        {datasetDigest && <VersionLink digest={datasetDigest}>{t("open")}</VersionLink>}
        {isOpen && <CancelJob id={job.id} />}
      </div>
      {state === "running" && <JobProgress job={job} />}
      {state === "failed" && (
        <>
          {errorCode && <FailureLine code={failureCodeFrom(errorCode)} />}
          <p lang="en" className="text-small wrap-anywhere text-ink-2">
            {reason}
          </p>
        </>
      )}
      <JobResult job={job} />
    </>
  );
}

function CancelJob({ id }: { id: string }) {
  const t = useTranslations("data.jobs");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const cancel = useMutation(
    trpc.data.cancelJob.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.data.jobs.pathKey() }),
    }),
  );
  return (
    <Button look="quiet" disabled={cancel.isPending} onClick={() => cancel.mutate({ id })}>
      {t("cancel")}
    </Button>
  );
}

function JobProgress({ job: { phase, done, total } }: { job: DatasetJobRow }) {
  const t = useTranslations("data.jobs.phases");
  const format = useFormat();
  const label = phase ? t(phase, { done: format.number(done), total: format.number(total) }) : t("starting");
  return (
    <>
      <p className="text-small text-ink-2 tabular-nums">{label}</p>
      <ProgressBar value={total > 0 ? done / total : 0} label={label} />
    </>
  );
}

function JobResult({ job: { summary } }: { job: DatasetJobRow }) {
  const t = useTranslations("data.jobs");
  const format = useFormat();
  if (!summary) return null;
  const { images, newImages, wasKnown, badFiles, unlabelled } = summary;
  return (
    <>
      <p className="text-small text-ink-2 tabular-nums">
        {t("result", { images: format.number(images), newImages: format.number(newImages) })}{" "}
        {wasKnown && t("wasKnown")}
      </p>
      {badFiles.count > 0 && (
        <Disclosure title={t("badFiles", { n: badFiles.count })}>
          <NamedList
            lines={badFiles.named.map(({ path, reason }) => `${path}: ${reason}`)}
            count={badFiles.count}
          />
        </Disclosure>
      )}
      {unlabelled.count > 0 && (
        <Disclosure title={t("unlabelled", { n: unlabelled.count })}>
          <NamedList lines={unlabelled.named} count={unlabelled.count} />
        </Disclosure>
      )}
    </>
  );
}

/** Lines of a list that may go on beyond what is shown. */
export function NamedList({ lines, count }: { lines: readonly string[]; count: number }) {
  const t = useTranslations("data.jobs");
  return (
    <ul className="flex flex-col gap-1 text-small wrap-anywhere">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
      {count > lines.length && <li className="text-ink-2">{t("more", { n: count - lines.length })}</li>}
    </ul>
  );
}
