"use client";

import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeFrom } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import type { FailureCode } from "@/components/i18n/use-failure";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { TextField } from "@/components/ui/text-field";
import { CodeField } from "./code-field";
import { ForgottenPassword } from "./forgotten-password";

interface SignInPageProps {
  /** A path of this site. */
  next: string;
  singleSignOn: string | null;
  /** Whether links for a new password are sent by mail. */
  canReset: boolean;
  /** NextAuth's word for what failed before. */
  failed: string | null;
}

export function SignInPage({ next, singleSignOn, canReset, failed }: SignInPageProps) {
  const t = useTranslations("accounts");
  const [failure, setFailure] = useState<FailureCode | null>(failed ? "SIGN_IN_REFUSED" : null);
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    const result = await signIn("credentials", { ...fields, redirect: false }).catch(() => undefined);
    if (result?.ok) {
      // A whole new page: nothing stays of what was drawn for somebody else.
      location.replace(next);
      return;
    }
    setBusy(false);
    const code = failureCodeFrom(result?.error);
    if (code === "SECOND_FACTOR_REQUIRED") setAsksCode(true);
    setFailure(code);
  }

  return (
    <PageColumn title={t("signIn")} narrow>
      {failure && <FailureLine code={failure} />}
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label={t("email")} name="email" type="email" autoComplete="username" required />
        <TextField
          label={t("password")}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        {asksCode && <CodeField autoFocus />}
        <Button type="submit" look="primary" disabled={busy} className="self-start">
          {t("signIn")}
        </Button>
      </form>
      {singleSignOn && (
        <Button onClick={() => void signIn("oidc", { callbackUrl: next })} className="self-start">
          {t("signInWith", { name: singleSignOn })}
        </Button>
      )}
      {canReset ? <ForgottenPassword /> : <p className="text-small text-ink-2">{t("forgotten")}</p>}
    </PageColumn>
  );
}
