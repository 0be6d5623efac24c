import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/accounts/failure-code-of";
import { FailureLine } from "@/components/accounts/failure-line";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
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
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const id = useId();
  const done = {
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.modelVersions.pathKey() }),
  };
  const approve = useMutation(trpc.modelVersions.approve.mutationOptions(done));
  const reject = useMutation(trpc.modelVersions.reject.mutationOptions(done));
  const rollBack = useMutation(trpc.modelVersions.rollBack.mutationOptions(done));
  const revoke = useMutation(trpc.modelVersions.revoke.mutationOptions(done));
  const all = [approve, reject, rollBack, revoke];
  const failed = all.find(({ isError }) => isError);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
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
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{t(`means.${decision.kind}`)}</p>
      <p className="text-small wrap-anywhere text-ink-2">
        {"version" in decision ? decision.version : `${decision.runId} · ${decision.manifestDigest}`}
      </p>
      {failed && (
        <>
          <FailureLine code={failureCodeOf(failed.error)} />
          <p lang="en" className="text-small text-ink-2">
            {failed.error?.message}
          </p>
        </>
      )}
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-small text-ink-2">
          {t("reason")}
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
        <Button type="submit" look="primary" disabled={all.some(({ isPending }) => isPending)}>
          {t(decision.kind)}
        </Button>
        <Button onClick={onClose}>{common("cancel")}</Button>
      </div>
    </form>
  );
}
