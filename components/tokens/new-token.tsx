import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { useTRPC } from "@/lib/browser/trpc";

const scopes = ["read", "operate", "decide", "administer"] as const;
export type Role = "viewer" | "doctor" | "admin";

/** What a role cannot do, its tokens need not offer. */
const offered = (role: Role) =>
  scopes.filter((scope) => role === "admin" || scope === "read" || scope === "operate");

/** Makes a token and shows it, once. */
export function NewToken({ role }: { role: Role }) {
  const t = useTranslations("tokens");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.tokens.pathKey() }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const chosen = scopes.filter((scope) => fields.getAll("scope").includes(scope));
    const wanted = { name: String(fields.get("name")), scopes: chosen, days: Number(fields.get("days")) };
    create.mutate(wanted, { onSuccess: () => form.reset() });
  }

  return (
    <>
      {create.isError && <FailureLine code={failureCodeOf(create.error)} />}
      {create.data && <MadeToken token={create.data.token} />}
      <form onSubmit={submit} className="flex flex-col gap-3">
        <div className="flex flex-wrap items-end gap-3">
          <TextField label={t("name")} name="name" maxLength={80} required className="min-w-56 flex-1" />
          <TextField
            label={t("days")}
            name="days"
            type="number"
            min={1}
            max={365}
            defaultValue={90}
            required
            className="w-24"
          />
        </div>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-small text-ink-2">{t("scopes")}</legend>
          {offered(role).map((scope) => (
            <ScopeChoice key={scope} scope={scope} />
          ))}
        </fieldset>
        <Button type="submit" className="self-start" disabled={create.isPending}>
          {t("create")}
        </Button>
      </form>
    </>
  );
}

function ScopeChoice({ scope }: { scope: (typeof scopes)[number] }) {
  const t = useTranslations("tokens");
  const id = useId();
  return (
    <div className="flex min-h-8 items-center gap-2">
      <input
        id={id}
        type="checkbox"
        name="scope"
        value={scope}
        defaultChecked={scope === "read"}
        className="size-4 accent-accent"
      />
      <label htmlFor={id}>
        {t(`scopeTitles.${scope}`)} <span className="text-small text-ink-2">{t(`scopeHints.${scope}`)}</span>
      </label>
    </div>
  );
}

function MadeToken({ token }: { token: string }) {
  const t = useTranslations("tokens");
  return (
    <div role="status" className="flex flex-col gap-2 rounded-panel border border-line bg-raised p-4">
      <p>{t("shownOnce")}</p>
      <code data-new-token className="font-mono text-small wrap-anywhere">
        {token}
      </code>
      <Button className="self-start" onClick={() => void navigator.clipboard.writeText(token)}>
        {t("copy")}
      </Button>
    </div>
  );
}
