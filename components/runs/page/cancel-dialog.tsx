import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { ReasonForm } from "@/components/ui/reason-form";
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
  const cancel = useMutation(
    trpc.runs.cancel.mutationOptions({
      onSuccess: onClose,
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.runs.pathKey() }),
    }),
  );
  return (
    <ReasonForm
      means={t("means")}
      submit={t("submit")}
      back={t("back")}
      error={cancel.error}
      isPending={cancel.isPending}
      maxLength={500}
      onSubmit={(reason) => cancel.mutate({ id, reason })}
      onBack={onClose}
    />
  );
}
