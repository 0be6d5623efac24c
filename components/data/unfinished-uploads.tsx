import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { useTRPC } from "@/lib/browser/trpc";
import { useUpload } from "./use-upload";

/** Uploads that broke off, here or elsewhere. */
export function UnfinishedUploads({ onGoOn }: { onGoOn(): void }) {
  const t = useTranslations("data");
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const own = useUpload();
  const uploads = useQuery(trpc.data.uploads.queryOptions());
  const cancel = useMutation(
    trpc.data.cancelUpload.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.data.uploads.queryKey() }),
    }),
  );
  const sendingId = own.state === "sending" ? own.id : null;
  const others = uploads.data?.filter(
    ({ id }) => own.state !== "sending" || (sendingId !== null && id !== sendingId),
  );
  if (!others || others.length === 0) return null;
  return (
    <section className="flex flex-col gap-2" aria-labelledby="unfinished-uploads">
      <h2 id="unfinished-uploads" className="text-title font-semibold">
        {t("unfinished.title")}
      </h2>
      <p className="text-ink-2">{t("unfinished.how")}</p>
      <ul className="flex flex-col gap-2">
        {others.map(({ id, name, receivedBytes, sizeBytes, actor, createdAt }) => (
          <li
            key={id}
            data-unfinished={name}
            className="flex flex-wrap items-center gap-3 rounded-panel border border-line bg-raised px-4 py-2"
          >
            <p className="min-w-0 flex-1 wrap-anywhere">
              {t("unfinished.line", {
                name,
                received: format.bytesOf(receivedBytes, sizeBytes),
                actor,
                when: format.instant(createdAt),
              })}
            </p>
            <Button onClick={onGoOn}>{t("import.open")}</Button>
            <Button look="quiet" disabled={cancel.isPending} onClick={() => cancel.mutate({ id })}>
              {t("unfinished.cancel")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
