import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { type CleaningPlan, type DataCleaningPlan, type SettingsOverview, useTRPC } from "@/lib/browser/trpc";
import { SavedLine, SettingsSection } from "./settings-section";
import { useSettingsRefresh } from "./use-settings-refresh";

type Setting = SettingsOverview["retention"];

const fields = [
  { name: "runLogsDays", mayBeForever: true },
  { name: "rejectedWeightsDays", mayBeForever: true },
  { name: "deletedDataDays", mayBeForever: true },
  { name: "failedSignInsDays", mayBeForever: false },
  { name: "endedSessionsDays", mayBeForever: false },
] as const;

/** How often is asked whether images are still going. */
const atWorkEveryMs = 10_000;
const nothing = { images: 0, otherFiles: 0, documents: 0, thumbnails: 0, sizeBytes: 0 };

/** How long what is no longer needed is kept, and what would go now. */
export function Retention({ setting }: { setting: Setting }) {
  const t = useTranslations("settings.retention");
  return (
    <SettingsSection title={t("title")}>
      <p className="text-ink-2">{t("what")}</p>
      <RetentionForm key={JSON.stringify(setting.value)} setting={setting} />
      <Cleaning />
    </SettingsSection>
  );
}

function RetentionForm({ setting: { value: seen } }: { setting: Setting }) {
  const t = useTranslations("settings.retention");
  const save = useTranslations("settings");
  const trpc = useTRPC();
  const change = useMutation(trpc.settings.changeRetention.mutationOptions(useSettingsRefresh()));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const days = (name: keyof typeof seen) => Number(given.get(name));
    const value = {
      runLogsDays: days("runLogsDays") || null,
      rejectedWeightsDays: days("rejectedWeightsDays") || null,
      deletedDataDays: days("deletedDataDays") || null,
      failedSignInsDays: days("failedSignInsDays"),
      endedSessionsDays: days("endedSessionsDays"),
    };
    change.mutate({ value, seen });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {change.isError && <FailureLine code={failureCodeOf(change.error)} />}
      <div className="grid gap-3 sm:grid-cols-2">
        {fields.map(({ name, mayBeForever }) => (
          <TextField
            key={name}
            label={`${t(name)} (${t("days")})`}
            {...(mayBeForever && { hint: t("forever") })}
            name={name}
            type="number"
            min={1}
            max={3650}
            required={!mayBeForever}
            defaultValue={seen[name] ?? ""}
          />
        ))}
      </div>
      <Button type="submit" className="self-start" disabled={change.isPending}>
        {save("save")}
      </Button>
      {change.isSuccess && <SavedLine />}
    </form>
  );
}

/** Asked for first: looking through everything that is stored takes its time. */
function Cleaning() {
  const t = useTranslations("settings.retention");
  const [asked, setAsked] = useState(false);
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-3">
      {asked ? (
        <Plan />
      ) : (
        <Button className="self-start" onClick={() => setAsked(true)}>
          {t("ask")}
        </Button>
      )}
    </div>
  );
}

function Plan() {
  const t = useTranslations("settings.retention");
  const trpc = useTRPC();
  const plan = useQuery(trpc.settings.planCleaning.queryOptions());
  const dataPlan = useQuery(
    trpc.settings.planDataCleaning.queryOptions(undefined, {
      trpc: { context: { alone: true } },
      refetchInterval: ({ state }) => (state.data?.isAtWork ? atWorkEveryMs : false),
    }),
  );
  const clean = useMutation(trpc.settings.clean.mutationOptions(useSettingsRefresh()));
  const lines = usePlanLines(plan.data, dataPlan.data);
  return (
    <>
      <h3 className="text-small text-ink-2">{t("plan")}</h3>
      {plan.isError && <FailureLine code={failureCodeOf(plan.error)} />}
      {dataPlan.isError && <FailureLine code={failureCodeOf(dataPlan.error)} />}
      {plan.data && dataPlan.data?.isAtWork === false && lines.length === 0 && <p>{t("nothing")}</p>}
      {lines.length > 0 && (
        <>
          <ul data-cleaning-plan className="list-disc pl-5 tabular-nums">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <Button className="self-start" disabled={clean.isPending} onClick={() => clean.mutate()}>
            {t("clean")}
          </Button>
        </>
      )}
      {dataPlan.isPending && <p className="text-small text-ink-2">{t("looking")}</p>}
      {dataPlan.data?.isAtWork && (
        <p role="status" className="text-small text-ink-2">
          {t("atWork")}
        </p>
      )}
      {plan.data?.weightsWait && <p className="text-small text-ink-2">{t("wait")}</p>}
      {clean.isError && <FailureLine code={failureCodeOf(clean.error)} />}
      {clean.isSuccess && (
        <p role="status" className="text-small text-ink-2">
          {t("cleaned")}
        </p>
      )}
    </>
  );
}

function usePlanLines(plan: CleaningPlan | undefined, dataPlan: DataCleaningPlan | undefined): string[] {
  const t = useTranslations("settings.retention");
  const format = useFormat();
  if (!plan) return [];
  const sizeBytes = plan.weights.reduce((sum, one) => sum + one.sizeBytes, 0);
  const { images, sizeBytes: dataBytes, ...rest } = dataPlan?.data ?? nothing;
  const others = rest.otherFiles + rest.documents + rest.thumbnails;
  return [
    plan.runLogs.lines > 0 && t("logs", plan.runLogs),
    plan.weights.length > 0 && t("weights", { count: plan.weights.length, size: format.bytes(sizeBytes) }),
    images + others > 0 && t("data", { images, others, size: format.bytes(dataBytes) }),
    plan.failedSignIns > 0 && t("failedSignIns", { count: plan.failedSignIns }),
    plan.sessions > 0 && t("sessions", { count: plan.sessions }),
    plan.links > 0 && t("links", { count: plan.links }),
  ].filter((line) => line !== false);
}
