import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { RunDetails } from "@/lib/browser/trpc";
import { shareDone, trainingLeftMs } from "@/lib/run-search/progress";
import { isJobPhase } from "@/lib/training/job-phases";
import { isCancelling, RunLink } from "../run-cell";
import { isOpen, RunStateMark } from "../run-state";
import { StartRun } from "../start-run";
import { CancelDialog } from "./cancel-dialog";
import { DeleteDialog } from "./delete-dialog";

/** What the run is at, and what an administrator can do about it. */
export function RunHead({ details, mayAct }: { details: RunDetails; mayAct: boolean }) {
  const t = useTranslations("runs");
  const format = useFormat();
  const { run } = details;
  const [dialog, setDialog] = useState<"cancel" | "retry" | "delete" | null>(null);
  const close = () => setDialog(null);
  const cancelling = isCancelling(run);
  const canCancel = isOpen(run.state) && !cancelling && run.stage !== "publish" && run.stage !== "notify";
  return (
    <section
      aria-label={run.id}
      className="flex flex-col gap-3 rounded-panel border border-line bg-raised p-4"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="text-title font-semibold">
          <RunStateMark state={run.state} cancelling={cancelling} />
        </span>
        <span className="text-ink-2">
          {t("run.created", { when: format.instant(run.createdAt) })}{" "}
          {t("run.by", { who: run.requestedBy ?? t(`triggers.${run.trigger}`) })}
        </span>
        {run.durationMs !== null && <span className="text-ink-2">{format.duration(run.durationMs)}</span>}
        {mayAct && (
          <div className="flex flex-wrap gap-2 sm:ml-auto">
            {canCancel && <Button onClick={() => setDialog("cancel")}>{t("cancel.button")}</Button>}
            <Button onClick={() => setDialog("retry")}>{t("start.retry")}</Button>
            {!isOpen(run.state) && (
              <Button look="quiet" onClick={() => setDialog("delete")}>
                {t("delete.button")}
              </Button>
            )}
          </div>
        )}
      </div>
      {run.retryOf && (
        <p className="text-ink-2">
          {t("run.retryOf")} <RunLink id={run.retryOf} />
        </p>
      )}
      {run.reason && (
        <p lang="en" className={`wrap-anywhere ${run.state === "failed" ? "text-red" : ""}`}>
          {run.errorCode && <code className="mr-2 text-small">{run.errorCode}</code>}
          {run.reason}
        </p>
      )}
      {run.state === "running" && run.progress && <Progress progress={run.progress} />}
      <CancelDialog open={dialog === "cancel"} id={run.id} onClose={close} />
      <StartRun
        open={dialog === "retry"}
        onClose={close}
        retry={{ id: run.id, config: run.config, source: run.source }}
      />
      <DeleteDialog open={dialog === "delete"} id={run.id} referrers={details.referrers} onClose={close} />
    </section>
  );
}

function Progress({ progress }: { progress: NonNullable<RunDetails["run"]["progress"]> }) {
  const t = useTranslations("runs.run");
  const format = useFormat();
  const { phase, epoch, epochs, done, total, imagesPerSecond } = progress;
  const left = trainingLeftMs(progress);
  const counts = { done: format.number(done), total: format.number(total) };
  const parts = [
    epoch !== undefined && epochs !== undefined
      ? t("epoch", { epoch: String(epoch), epochs: String(epochs) })
      : null,
    isJobPhase(phase) ? t(`phases.${phase}`, counts) : t("phase", { phase, ...counts }),
    imagesPerSecond ? t("speed", { n: format.number(imagesPerSecond, 1) }) : null,
    left === null ? null : t("left", { time: format.duration(left) }),
  ];
  return (
    <div className="flex flex-col gap-1">
      <ProgressBar value={shareDone(progress)} label={t("progress")} />
      <p className="text-small text-ink-2 tabular-nums">{parts.filter(Boolean).join(" · ")}</p>
    </div>
  );
}
