import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { type ModelDetails, useTRPC } from "@/lib/browser/trpc";

interface AliasesProps {
  details: ModelDetails;
  version: string;
  mayDecide: boolean;
}

/** The names that stand for a version. */
export function Aliases({ details, version, mayDecide }: AliasesProps) {
  const t = useTranslations("models.aliases");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const done = { onSettled: () => queries.invalidateQueries({ queryKey: trpc.modelVersions.pathKey() }) };
  const set = useMutation(trpc.modelVersions.setAlias.mutationOptions(done));
  const remove = useMutation(trpc.modelVersions.removeAlias.mutationOptions(done));
  const failure = set.error ?? remove.error;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const alias = String(new FormData(form).get("alias")).trim();
    const holder = details.allAliases.find((entry) => entry.alias === alias);
    set.mutate({ alias, version, movesFrom: holder?.version ?? null }, { onSuccess: () => form.reset() });
  }

  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-wrap gap-2">
        {details.state === "champion" && !details.revocation && <Chip name="champion" />}
        {details.aliases.map((alias) => (
          <Chip
            key={alias}
            name={alias}
            onRemove={mayDecide ? () => remove.mutate({ alias, version }) : undefined}
          />
        ))}
        {details.aliases.length === 0 && details.state !== "champion" && (
          <li className="text-ink-2">{t("none")}</li>
        )}
      </ul>
      {failure && <FailureLine code={failureCodeOf(failure)} />}
      {mayDecide && (
        <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
          <TextField
            label={t("name")}
            name="alias"
            required
            maxLength={40}
            pattern="[a-z][a-z0-9._\-]*"
            title={t("rule")}
            list="known-aliases"
            autoComplete="off"
          />
          <datalist id="known-aliases">
            {details.allAliases.map(({ alias }) => (
              <option key={alias} value={alias} />
            ))}
          </datalist>
          <Button type="submit" disabled={set.isPending}>
            <Plus size={16} aria-hidden="true" />
            {t("set")}
          </Button>
        </form>
      )}
      <p className="text-small text-ink-2">{t("explained")}</p>
    </div>
  );
}

function Chip({ name, onRemove }: { name: string; onRemove?: (() => void) | undefined }) {
  const t = useTranslations("models.aliases");
  return (
    <li
      data-alias={name}
      className="inline-flex min-h-7 items-center gap-1 rounded-control border border-line bg-float px-2"
    >
      {name}
      {onRemove && (
        <button
          type="button"
          aria-label={t("remove", { alias: name })}
          onClick={onRemove}
          className="inline-flex size-6 items-center justify-center text-ink-2 hover:text-ink"
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </li>
  );
}
