import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { ReasonForm } from "@/components/ui/reason-form";
import { type DatasetDetails, useTRPC } from "@/lib/browser/trpc";

import { Refusal } from "./refusal";

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
      {act === "delete" && !details.referrers.isUnused ? (
        <Refusal referrers={details.referrers} onClose={onClose} />
      ) : (
        act && <ActForm act={act} details={details} onClose={onClose} />
      )}
    </PanelDialog>
  );
}

function ActForm({ act, details, onClose }: ActDialogProps & { act: VersionAct }) {
  const t = useTranslations("data");
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.data.pathKey() });
  const makeCurrent = useMutation(
    trpc.data.makeCurrent.mutationOptions({ onSuccess: onClose, onSettled: refresh }),
  );
  // What has come to refer to it since is shown in the form's place.
  const remove = useMutation(
    trpc.data.delete.mutationOptions({ onSuccess: () => router.replace("/data"), onError: refresh }),
  );
  const { digest, current } = details;

  function submit(reason: string) {
    if (act === "delete") return remove.mutate({ digest, reason });
    makeCurrent.mutate({ digest, reason, expectedCurrent: current?.digest ?? null });
  }

  return (
    <ReasonForm
      means={t(`act.means.${act}`, { current: current?.name ?? t("act.noneCurrent") })}
      subject={digest}
      submit={t(`version.${act}`)}
      error={makeCurrent.error ?? remove.error}
      isPending={makeCurrent.isPending || remove.isPending}
      onSubmit={submit}
      onBack={onClose}
    />
  );
}
