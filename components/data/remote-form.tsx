import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { useTRPC } from "@/lib/browser/trpc";

/** Fetches from what the server is configured with; a name is asked for, never an address. */
export function RemoteForm({ onStarted }: { onStarted(): void }) {
  const t = useTranslations("data.import");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remotes = useQuery(trpc.data.remotes.queryOptions());
  const fetching = useMutation(
    trpc.data.importRemote.mutationOptions({
      onSuccess: onStarted,
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.data.jobs.pathKey() }),
    }),
  );
  if (!remotes.data) return null;
  const { remote, retrainPointer } = remotes.data;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const remoteName = String(new FormData(event.currentTarget).get("pointer")).trim();
    fetching.mutate({ from: { remoteName } });
  }
  return (
    <>
      {fetching.isError && <FailureLine code={failureCodeOf(fetching.error)} />}
      {remote ? (
        <form onSubmit={submit} className="flex flex-col gap-3">
          <p className="wrap-anywhere text-ink-2">{t("remoteIs", { remote })}</p>
          <TextField
            label={t("pointer")}
            name="pointer"
            required
            maxLength={100}
            pattern="[A-Za-z0-9_\-][A-Za-z0-9_.\-]*"
          />
          <Button type="submit" className="self-start" disabled={fetching.isPending}>
            {t("fetch")}
          </Button>
        </form>
      ) : (
        <p className="text-ink-2">{t("noRemote")}</p>
      )}
      {retrainPointer && (
        <>
          <p className="wrap-anywhere text-ink-2">{t("retrainIs", { pointer: retrainPointer })}</p>
          <Button
            className="self-start"
            disabled={fetching.isPending}
            onClick={() => fetching.mutate({ from: "RETRAIN_DATA" })}
          >
            {t("fetchRetrain")}
          </Button>
        </>
      )}
    </>
  );
}
