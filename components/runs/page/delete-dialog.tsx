import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { type RunDetails, useTRPC } from "@/lib/browser/trpc";

interface DeleteDialogProps {
  open: boolean;
  id: string;
  referrers: RunDetails["referrers"];
  onClose(): void;
}

/** Removes a run on which nothing rests; else shows what does. */
export function DeleteDialog({ open, id, referrers, onClose }: DeleteDialogProps) {
  const t = useTranslations("runs.delete");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.runs.delete.mutationOptions({
      onSuccess: () => {
        queries.removeQueries({ queryKey: trpc.runs.get.queryKey({ id }) });
        router.push("/runs");
      },
      onError: () => queries.invalidateQueries({ queryKey: trpc.runs.get.queryKey({ id }) }),
    }),
  );
  return (
    <PanelDialog open={open} onOpenChange={(wanted) => !wanted && onClose()} title={t("title", { run: id })}>
      <div className="flex flex-col gap-4">
        {referrers.length > 0 ? <Referrers referrers={referrers} /> : <p>{t("means")}</p>}
        {remove.isError && <FailureLine code={failureCodeOf(remove.error)} />}
        <div className="flex gap-2">
          {referrers.length === 0 && (
            <Button look="primary" disabled={remove.isPending} onClick={() => remove.mutate({ id })}>
              {t("submit")}
            </Button>
          )}
          <Button onClick={onClose}>{common("cancel")}</Button>
        </div>
      </div>
    </PanelDialog>
  );
}

function Referrers({ referrers }: Pick<DeleteDialogProps, "referrers">) {
  const t = useTranslations("runs");
  const format = useFormat();
  return (
    <>
      <p>{t("delete.refused")}</p>
      <ul className="list-disc pl-5">
        {referrers.map(({ kind, names, count }) => (
          <li key={kind} data-referrer={kind}>
            {t(`referrers.${kind}`, { n: format.number(count) })}
            {names.length > 0 && <Names kind={kind} names={names} />}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Versions and runs with the way there; everything else stands on the run's own page. */
function Names({ kind, names }: Pick<RunDetails["referrers"][number], "kind" | "names">) {
  const place = kind === "model-version" ? "/models/" : kind === "retry" ? "/runs/" : null;
  if (kind === "evaluation") return null;
  if (place === null) return <span className="text-ink-2"> {names.join(", ")}</span>;
  return names.map((name) => (
    <Link
      key={name}
      href={`${place}${encodeURIComponent(name)}`}
      prefetch={false}
      className="ml-2 text-accent underline-offset-4 hover:underline"
    >
      {name}
    </Link>
  ));
}
