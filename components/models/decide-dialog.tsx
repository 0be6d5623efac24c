import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { ReasonForm } from "@/components/ui/reason-form";
import { useTRPC } from "@/lib/browser/trpc";

export type Decision =
  | { kind: "approve" | "reject"; runId: string; manifestDigest: string }
  | { kind: "rollBack" | "revoke"; version: string };

/** Asks for the reason, which goes into the record, and does it. */
export function DecideDialog({ decision, onClose }: { decision: Decision | null; onClose(): void }) {
  const t = useTranslations("models");
  return (
    <PanelDialog
      open={decision !== null}
      onOpenChange={(open) => !open && onClose()}
      title={decision ? t(decision.kind) : ""}
    >
      {decision && <DecideForm decision={decision} onClose={onClose} />}
    </PanelDialog>
  );
}

function DecideForm({ decision, onClose }: { decision: Decision; onClose(): void }) {
  const t = useTranslations("models");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const done = {
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.modelVersions.pathKey() }),
  };
  const approve = useMutation(trpc.modelVersions.approve.mutationOptions(done));
  const reject = useMutation(trpc.modelVersions.reject.mutationOptions(done));
  const rollBack = useMutation(trpc.modelVersions.rollBack.mutationOptions(done));
  const revoke = useMutation(trpc.modelVersions.revoke.mutationOptions(done));
  const all = [approve, reject, rollBack, revoke];

  function submit(reason: string) {
    switch (decision.kind) {
      case "approve":
      case "reject": {
        const { runId, manifestDigest } = decision;
        return (decision.kind === "approve" ? approve : reject).mutate({ runId, manifestDigest, reason });
      }
      case "rollBack":
        return rollBack.mutate({ toVersion: decision.version, reason });
      case "revoke":
        return revoke.mutate({ version: decision.version, reason });
    }
  }

  return (
    <ReasonForm
      means={t(`means.${decision.kind}`)}
      subject={"version" in decision ? decision.version : `${decision.runId} · ${decision.manifestDigest}`}
      submit={t(decision.kind)}
      error={all.find(({ isError }) => isError)?.error ?? null}
      isPending={all.some(({ isPending }) => isPending)}
      onSubmit={submit}
      onBack={onClose}
    />
  );
}
