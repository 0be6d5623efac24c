import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { type InUseOverview, useTRPC } from "@/lib/browser/trpc";

type Settings = InUseOverview["settings"];

const fields = [
  { name: "psi", min: 0.01, max: 20, step: "any" },
  { name: "ks", min: 0.01, max: 1, step: "any" },
  { name: "days", min: 1, max: 90, step: 1 },
  { name: "results", min: 50, max: 1_000_000, step: 1 },
] as const satisfies { name: keyof Settings; min: number; max: number; step: number | "any" }[];

/** From when on probabilities count as drifted, for an administrator to change. */
export function DriftLimits({ settings }: { settings: Settings }) {
  const t = useTranslations("inUse.limits");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const change = useMutation(
    trpc.inUse.setDriftLimits.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.inUse.pathKey() }),
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const of = (name: keyof Settings) => Number(given.get(name));
    change.mutate({
      value: { psi: of("psi"), ks: of("ks"), days: of("days"), results: of("results") },
      seen: settings,
    });
  }
  return (
    <details className="rounded-panel border border-line bg-raised px-4 py-2">
      <summary className="min-h-6 cursor-pointer text-ink-2 hover:text-ink">{t("title")}</summary>
      <form key={JSON.stringify(settings)} onSubmit={submit} className="flex flex-wrap items-end gap-3 py-3">
        {fields.map(({ name, min, max, step }) => (
          <TextField
            key={name}
            label={t(name)}
            name={name}
            type="number"
            min={min}
            max={max}
            step={step}
            defaultValue={settings[name]}
            required
          />
        ))}
        <Button type="submit" disabled={change.isPending}>
          {t("save")}
        </Button>
      </form>
      {change.error && <FailureLine code={failureCodeOf(change.error)} />}
    </details>
  );
}
