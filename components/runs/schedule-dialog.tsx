import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useLocale, useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { SelectField } from "@/components/ui/select-field";
import { TextField } from "@/components/ui/text-field";
import { type ScheduleRow, type StartOptions, useTRPC } from "@/lib/browser/trpc";
import { useStartRun } from "./use-start-run";

interface ScheduleDialogProps {
  open: boolean;
  onClose(): void;
  mayAct: boolean;
}

/** When the loop looks for new data by itself; administrators change, pause and trigger it. */
export function ScheduleDialog({ open, onClose, mayAct }: ScheduleDialogProps) {
  const t = useTranslations("runs.schedule");
  return (
    <PanelDialog open={open} onOpenChange={(wanted) => !wanted && onClose()} title={t("title")}>
      {open && <Schedule mayAct={mayAct} />}
    </PanelDialog>
  );
}

function Schedule({ mayAct }: { mayAct: boolean }) {
  const common = useTranslations("common");
  const t = useTranslations("runs.schedule");
  const format = useFormat();
  const trpc = useTRPC();
  const schedule = useQuery(trpc.runs.schedule.queryOptions());
  const options = useQuery({ ...trpc.runs.startOptions.queryOptions(), enabled: mayAct });
  if (schedule.isError) return <FailureLine code={failureCodeOf(schedule.error)} />;
  if (!schedule.data) return <p className="text-ink-2">{common("loading")}</p>;
  const { cron, preset, paused, changedBy, changedAt, next } = schedule.data;
  return (
    <div className="flex flex-col gap-5">
      <p className="text-title" data-schedule={paused ? "paused" : "active"}>
        {t(paused ? "paused" : "active")} · <code className="font-mono">{cron}</code> · {preset}
      </p>
      <p className="text-small text-ink-2">
        {changedBy && changedAt
          ? t("changed", { who: changedBy, when: format.instant(changedAt) })
          : t("fromEnvironment")}
      </p>
      <NextTimes times={next} />
      {mayAct && options.data && (
        <Change key={`${cron} ${preset}`} schedule={schedule.data} options={options.data} />
      )}
    </div>
  );
}

function NextTimes({ times }: { times: readonly Date[] }) {
  const t = useTranslations("runs.schedule");
  const format = useFormat();
  const weekday = new Intl.DateTimeFormat(useLocale(), { weekday: "long", timeZone: "UTC" });
  return (
    <section>
      <h3 className="font-semibold">{t("next")}</h3>
      {times.length === 0 && <p className="text-ink-2">{t("none")}</p>}
      <ol className="list-decimal pl-5 tabular-nums">
        {times.map((time) => (
          <li key={time.toISOString()}>
            {weekday.format(time)} {format.instant(time)}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Change({ schedule, options }: { schedule: ScheduleRow; options: StartOptions }) {
  const t = useTranslations("runs.schedule");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { start, requestId } = useStartRun();
  const change = useMutation(
    trpc.runs.changeSchedule.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.runs.schedule.queryKey() }),
    }),
  );
  const failed = [change, start].find(({ isError }) => isError);
  const config = options.presets.find(({ preset }) => preset === schedule.preset);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    change.mutate({ cron: String(given.get("cron")), preset: String(given.get("preset")) });
  }

  return (
    <>
      {failed && <FailureLine code={failureCodeOf(failed.error)} />}
      <form onSubmit={submit} className="flex flex-col gap-3 border-t border-line pt-4">
        <TextField
          label={t("cron")}
          hint={t("cronHint")}
          name="cron"
          defaultValue={schedule.cron}
          required
          maxLength={100}
        />
        <SelectField
          label={t("preset")}
          name="preset"
          defaultValue={schedule.preset}
          choices={options.presets.map(({ preset }) => ({ value: preset, title: preset }))}
        />
        <Button type="submit" className="self-start" disabled={change.isPending}>
          {t("save")}
        </Button>
      </form>
      <div className="flex flex-wrap gap-2 border-t border-line pt-4">
        <Button disabled={change.isPending} onClick={() => change.mutate({ paused: !schedule.paused })}>
          {t(schedule.paused ? "resume" : "pause")}
        </Button>
        {config && (
          <Button
            look="primary"
            disabled={start.isPending || start.isSuccess}
            onClick={() => start.mutate({ requestId, config, source: "inbox" })}
          >
            {t("now")}
          </Button>
        )}
      </div>
    </>
  );
}
