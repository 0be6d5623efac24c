import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/accounts/failure-code-of";
import { FailureLine } from "@/components/accounts/failure-line";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { useTRPC } from "@/lib/browser/trpc";

interface CancelDialogProps {
  open: boolean;
  id: string;
  onClose(): void;
}

/** Asks for the reason, which goes into the record, and ends the run. */
export function CancelDialog({ open, id, onClose }: CancelDialogProps) {
  const t = useTranslations("runs.cancel");
  return (
    <PanelDialog open={open} onOpenChange={(wanted) => !wanted && onClose()} title={t("title", { run: id })}>
      {open && <CancelForm id={id} onClose={onClose} />}
    </PanelDialog>
  );
}

function CancelForm({ id, onClose }: Omit<CancelDialogProps, "open">) {
  const t = useTranslations("runs.cancel");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const field = useId();
  const cancel = useMutation(
    trpc.runs.cancel.mutationOptions({
      onSuccess: onClose,
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.runs.pathKey() }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    cancel.mutate({ id, reason: String(new FormData(event.currentTarget).get("reason")) });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{t("means")}</p>
      {cancel.isError && <FailureLine code={failureCodeOf(cancel.error)} />}
      <div className="flex flex-col gap-1">
        <label htmlFor={field} className="text-small text-ink-2">
          {t("reason")}
        </label>
        <textarea
          id={field}
          name="reason"
          required
          minLength={3}
          maxLength={500}
          rows={3}
          className="rounded-control border border-line-strong bg-ground px-3 py-2"
        />
      </div>
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={cancel.isPending}>
          {t("submit")}
        </Button>
        <Button onClick={onClose}>{t("back")}</Button>
      </div>
    </form>
  );
}
