import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { TextField } from "@/components/ui/text-field";
import { useTRPC } from "@/lib/browser/trpc";

/** Asks for a link by mail. The answer is the same whether or not there is such an account. */
export function ForgottenPassword() {
  const t = useTranslations("accounts");
  const trpc = useTRPC();
  const request = useMutation(trpc.accounts.requestPasswordReset.mutationOptions());

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    request.mutate({ email: String(new FormData(event.currentTarget).get("address")) });
  }

  return (
    <Disclosure title={t("forgottenTitle")}>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <TextField
          label={t("email")}
          name="address"
          type="email"
          autoComplete="username"
          maxLength={200}
          required
          className="min-w-56 flex-1"
        />
        <Button type="submit" disabled={request.isPending}>
          {t("sendLink")}
        </Button>
      </form>
      {request.isError && <FailureLine code={failureCodeOf(request.error)} />}
      {request.isSuccess && (
        <p role="status" className="mt-2 text-ink-2">
          {t("linkSent")}
        </p>
      )}
    </Disclosure>
  );
}
