import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { shortDigest } from "@/components/ui/format";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { SelectField } from "@/components/ui/select-field";
import { type StartOptions, useTRPC } from "@/lib/browser/trpc";
import type { TrainingConfig } from "@/lib/training/config";
import { type ConfigKey, configFields, invalidKeys, valueAt, withValue } from "@/lib/training/config-fields";
import { ConfigField } from "./config-field";
import { useStartRun } from "./use-start-run";

/** What a new run begins with: another run's values. */
export interface RunToRetry {
  id: string;
  config: TrainingConfig;
  source: string;
}

interface StartRunProps {
  open: boolean;
  onClose(): void;
  retry?: RunToRetry;
}

/** The form of a run's configuration, made from its schema. */
export function StartRun({ open, onClose, retry }: StartRunProps) {
  const t = useTranslations("runs.start");
  return (
    <PanelDialog
      open={open}
      onOpenChange={(wanted) => !wanted && onClose()}
      title={retry ? t("retryTitle", { run: retry.id }) : t("title")}
    >
      {open && <Loaded {...(retry ? { retry } : {})} />}
    </PanelDialog>
  );
}

function Loaded({ retry }: Pick<StartRunProps, "retry">) {
  const common = useTranslations("common");
  const trpc = useTRPC();
  const options = useQuery(trpc.runs.startOptions.queryOptions());
  if (options.isError) return <FailureLine code={failureCodeOf(options.error)} />;
  if (!options.data) return <p className="text-ink-2">{common("loading")}</p>;
  return <RunForm options={options.data} {...(retry ? { retry } : {})} />;
}

const fields = configFields();
const isAugmentation = (key: ConfigKey) => key.startsWith("augmentation.");

function RunForm({ options, retry }: { options: StartOptions } & Pick<StartRunProps, "retry">) {
  const t = useTranslations("runs.start");
  const format = useFormat();
  const { start, requestId } = useStartRun();
  const [config, setConfig] = useState<TrainingConfig>(
    () => retry?.config ?? (options.presets[0] as TrainingConfig),
  );
  const [source, setSource] = useState(() => sourceOf(options, retry));
  const preset = options.presets.find(({ preset: name }) => name === config.preset);
  const invalid = useMemo(() => invalidKeys(config), [config]);
  const differs = (key: ConfigKey) =>
    preset !== undefined && JSON.stringify(valueAt(config, key)) !== JSON.stringify(valueAt(preset, key));
  const changed = fields.filter(({ key }) => differs(key)).length;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (start.isPending || start.isSuccess || invalid.size > 0) return;
    start.mutate({ requestId, config, source, ...(retry ? { retryOf: retry.id } : {}) });
  }

  const grid = (wanted: typeof fields) => (
    <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
      {wanted.map((field) => (
        <ConfigField
          key={field.key}
          field={field}
          value={valueAt(config, field.key)}
          presetValue={preset && valueAt(preset, field.key)}
          differs={differs(field.key)}
          invalid={invalid.has(field.key)}
          onChange={(value) => setConfig((before) => withValue(before, field.key, value))}
        />
      ))}
    </div>
  );

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <SelectField
        label={t("preset")}
        choices={presetChoices(options, config.preset)}
        value={config.preset}
        onChange={(event) => {
          const chosen = options.presets.find(({ preset: name }) => name === event.currentTarget.value);
          if (chosen) setConfig(chosen);
        }}
      />
      <SelectField
        label={t("data")}
        choices={[
          { value: "inbox", title: t("inbox") },
          ...options.datasets.map(({ digest, images, createdAt }) => ({
            value: digest,
            title: t("dataset", {
              digest: shortDigest(digest),
              images: format.number(images),
              when: format.date(createdAt),
            }),
          })),
        ]}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value as typeof source)}
      />
      <Disclosure title={t("training")} open>
        {grid(fields.filter(({ key }) => !isAugmentation(key)))}
      </Disclosure>
      <Disclosure title={t("augmentation")}>
        {grid(fields.filter(({ key }) => isAugmentation(key)))}
      </Disclosure>
      {start.isError && (
        <>
          <FailureLine code={failureCodeOf(start.error)} />
          <p lang="en" className="text-small text-ink-2">
            {start.error.message}
          </p>
        </>
      )}
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-col gap-2 border-t border-line bg-raised px-5 py-3">
        <p role="status" className={invalid.size > 0 ? "text-red" : "text-ink-2"}>
          {invalid.size === 0
            ? changed === 0
              ? t("asPreset")
              : t("changed", { n: changed })
            : invalid.has("batchSize") && config.batchSize % config.microBatchSize !== 0
              ? t("batches")
              : t("invalid", { n: invalid.size })}
        </p>
        <div className="flex items-center gap-3">
          <Button
            type="submit"
            look="primary"
            className="shrink-0"
            disabled={start.isPending || start.isSuccess || invalid.size > 0}
          >
            {start.isPending || start.isSuccess ? t("starting") : t("submit")}
          </Button>
          <p className="text-small text-ink-2">{t("explains")}</p>
        </div>
      </div>
    </form>
  );
}

function presetChoices(options: StartOptions, current: string) {
  const names = options.presets.map(({ preset }) => preset);
  return [...new Set([...names, current])].map((value) => ({ value, title: value }));
}

function sourceOf(options: StartOptions, retry?: RunToRetry): "inbox" | `sha256:${string}` {
  const same = options.datasets.find(({ digest }) => digest === retry?.source);
  return same?.digest ?? "inbox";
}
