import Link from "next/link";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { shortDigest } from "@/components/ui/format";
import type { RunRow } from "@/lib/browser/trpc";
import { shareDone } from "@/lib/run-search/progress";
import type { ColumnId } from "./run-columns";
import { RunStateMark } from "./run-state";
import { Tags } from "./tags";

/** What a run has in a column. */
export function RunCell({ id, run }: { id: ColumnId; run: RunRow }) {
  const t = useTranslations("runs");
  const format = useFormat();
  switch (id) {
    case "run":
      return <RunLink id={run.id} />;
    case "state":
      return <RunStateMark state={run.state} cancelling={isCancelling(run)} />;
    case "stage":
      return <StageCell run={run} />;
    case "preset":
      return run.preset;
    case "engine":
      return run.engine ?? "–";
    case "trigger":
      return run.requestedBy ?? t(`triggers.${run.trigger}`);
    case "dataset":
      return run.datasetDigest ? (
        <Link
          href={`/data/${run.datasetDigest}`}
          prefetch={false}
          className="text-accent underline-offset-4 hover:underline"
        >
          {shortDigest(run.datasetDigest)}
        </Link>
      ) : (
        "–"
      );
    case "tags":
      return run.tags.length > 0 ? <Tags tags={run.tags} /> : "–";
    case "outcome":
      return run.outcome ? t(`outcomes.${run.outcome}`) : "–";
    case "auc":
      return run.auc === null ? "–" : format.number(run.auc, 4);
    case "version":
      return run.version ?? "–";
    case "created":
      return format.instant(run.createdAt);
    case "started":
      return run.startedAt ? format.instant(run.startedAt) : "–";
    case "duration":
      return run.durationMs === null ? "–" : format.duration(run.durationMs);
    case "reason":
      return (
        <span lang="en" title={run.reason ?? undefined} className="block max-w-96 truncate">
          {run.reason ?? "–"}
        </span>
      );
  }
}

export function isCancelling({ state, cancelRequestedAt }: Pick<RunRow, "state" | "cancelRequestedAt">) {
  return cancelRequestedAt !== null && (state === "queued" || state === "running");
}

export function RunLink({ id }: { id: string }) {
  return (
    <Link
      href={`/runs/${encodeURIComponent(id)}`}
      prefetch={false}
      className="font-medium whitespace-nowrap text-accent underline-offset-4 hover:underline"
    >
      {id}
    </Link>
  );
}

function StageCell({ run: { stage, state, progress } }: { run: RunRow }) {
  const t = useTranslations("runs");
  const format = useFormat();
  if (!stage) return "–";
  if (state !== "running" || !progress) return t(`stages.${stage}`);
  return (
    <>
      {t(`stages.${stage}`)} <span className="text-ink-2">{format.percent(shareDone(progress))}</span>
    </>
  );
}
