import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/accounts/failure-code-of";
import { FailureLine } from "@/components/accounts/failure-line";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { type DatasetDetails, useTRPC } from "@/lib/browser/trpc";

export type VersionAct = "makeCurrent" | "delete";

interface ActDialogProps {
  act: VersionAct | null;
  details: DatasetDetails;
  onClose(): void;
}

/** Asks for the reason, which goes into the record, and does it. */
export function ActDialog({ act, details, onClose }: ActDialogProps) {
  const t = useTranslations("data.act");
  return (
    <PanelDialog open={act !== null} onOpenChange={(open) => !open && onClose()} title={act ? t(act) : ""}>
      {act && <ActForm act={act} details={details} onClose={onClose} />}
    </PanelDialog>
  );
}

function ActForm({ act, details, onClose }: ActDialogProps & { act: VersionAct }) {
  const t = useTranslations("data");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const id = useId();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.data.pathKey() });
  const makeCurrent = useMutation(
    trpc.data.makeCurrent.mutationOptions({ onSuccess: onClose, onSettled: refresh }),
  );
  const remove = useMutation(trpc.data.delete.mutationOptions({ onSuccess: () => router.replace("/data") }));
  const { digest, current } = details;
  const failed = makeCurrent.error ?? remove.error;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    if (act === "delete") return remove.mutate({ digest, reason });
    makeCurrent.mutate({ digest, reason, expectedCurrent: current?.digest ?? null });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{t(`act.means.${act}`, { current: current?.name ?? t("act.noneCurrent") })}</p>
      <p className="text-small wrap-anywhere text-ink-2">{digest}</p>
      {failed && (
        <>
          <FailureLine code={failureCodeOf(failed)} />
          <p lang="en" className="text-small wrap-anywhere text-ink-2">
            {failed.message}
          </p>
        </>
      )}
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-small text-ink-2">
          {t("act.reason")}
        </label>
        <textarea
          id={id}
          name="reason"
          required
          minLength={3}
          maxLength={2000}
          rows={4}
          className="rounded-control border border-line-strong bg-ground px-3 py-2"
        />
      </div>
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={makeCurrent.isPending || remove.isPending}>
          {t(`version.${act}`)}
        </Button>
        <Button onClick={onClose}>{common("cancel")}</Button>
      </div>
    </form>
  );
}
