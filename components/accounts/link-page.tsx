"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { type FormEvent, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { TextField } from "@/components/ui/text-field";
import { useTRPC, useTRPCClient } from "@/lib/browser/trpc";

const subscribe = (listener: () => void) => {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
};

/** Where a one-time link leads. Its secret stands behind the #, which browsers send nobody. */
export function LinkPage() {
  const secret = useSyncExternalStore(
    subscribe,
    () => location.hash.slice(1),
    () => "",
  );
  return <Link key={secret} secret={secret} />;
}

/** A first account, an invitation, or another password. */
function Link({ secret }: { secret: string }) {
  const t = useTranslations("accounts");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const link = useQuery({
    queryKey: ["link", secret],
    queryFn: () => client.accounts.readLink.mutate({ secret }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const use = useMutation(trpc.accounts.useLink.mutationOptions());

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => fields.get(name)?.toString();
    const password = text("password") ?? "";
    const answer = { secret, password, name: text("name"), email: text("email") };
    use.mutate(answer, {
      async onSuccess({ email }) {
        await signIn("credentials", { email, password, redirect: false }).catch(() => undefined);
        // A whole new page: nothing stays of what was drawn for somebody else.
        location.replace("/account");
      },
    });
  }

  if (link.isPending) return <PageColumn title={t("linkTitle")}>{common("loading")}</PageColumn>;
  if (link.isError)
    return (
      <PageColumn title={t("linkTitle")} narrow>
        <FailureLine code={failureCodeOf(link.error)} />
      </PageColumn>
    );
  const { purpose, email, role } = link.data;
  const makesAccount = purpose !== "password-reset";
  return (
    <PageColumn title={t(`purposes.${purpose}`)} narrow>
      {role && (
        <p className="text-ink-2">{t("invitedAs", { role: t(`roles.${role}`), email: email ?? "" })}</p>
      )}
      {use.isError && <FailureLine code={failureCodeOf(use.error)} />}
      <form onSubmit={submit} className="flex flex-col gap-4">
        {makesAccount && (
          <TextField label={t("name")} name="name" autoComplete="name" maxLength={120} required />
        )}
        {purpose === "first-admin" && (
          <TextField label={t("email")} name="email" type="email" autoComplete="username" required />
        )}
        <TextField
          label={t("newPassword")}
          hint={t("passwordRule")}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          maxLength={200}
          required
        />
        <Button type="submit" look="primary" disabled={use.isPending} className="self-start">
          {makesAccount ? t("makeAccount") : t("setPassword")}
        </Button>
      </form>
    </PageColumn>
  );
}
