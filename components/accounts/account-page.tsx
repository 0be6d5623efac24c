"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { signOut } from "next-auth/react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { OwnTokens } from "@/components/tokens/own-tokens";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { useTRPC } from "@/lib/browser/trpc";
import { SecondFactor } from "./second-factor";

interface Person {
  name: string;
  email: string;
  role: "viewer" | "doctor" | "admin";
  /** Nothing else is open before. */
  mustAddSecondFactor: boolean;
}

export function AccountPage({ person }: { person: Person }) {
  const t = useTranslations("accounts");
  return (
    <PageColumn title={t("account")} narrow>
      <section className="flex flex-col gap-1">
        <p className="font-medium">{person.name}</p>
        <p className="text-ink-2">{person.email}</p>
        <p className="text-ink-2">{t(`roles.${person.mustAddSecondFactor ? "admin" : person.role}`)}</p>
        <div className="mt-2 flex flex-wrap gap-2">
          <Button onClick={() => void signOut({ callbackUrl: "/sign-in" })}>{t("signOut")}</Button>
        </div>
      </section>
      {person.mustAddSecondFactor && <FailureLine code="SECOND_FACTOR_SETUP_REQUIRED" />}
      <SecondFactor />
      {!person.mustAddSecondFactor && (
        <>
          <Sessions />
          <OwnTokens role={person.role} />
        </>
      )}
    </PageColumn>
  );
}

function Sessions() {
  const t = useTranslations("accounts");
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = {
    onSuccess: () => queries.invalidateQueries({ queryKey: trpc.accounts.sessions.queryKey() }),
  };
  const sessions = useQuery(trpc.accounts.sessions.queryOptions());
  const end = useMutation(trpc.accounts.endSession.mutationOptions(refresh));
  const endOthers = useMutation(trpc.accounts.endOtherSessions.mutationOptions(refresh));
  const failure = sessions.error ?? end.error ?? endOthers.error;
  return (
    <section aria-labelledby="sessions-title" className="flex flex-col gap-2">
      <h2 id="sessions-title" className="font-semibold">
        {t("sessions")}
      </h2>
      {failure && <FailureLine code={failureCodeOf(failure)} />}
      <ul className="divide-y divide-line rounded-panel border border-line bg-raised">
        {sessions.data?.map((session) => (
          <li key={session.id} data-session className="flex items-center gap-3 px-4 py-2">
            <p className="min-w-0 flex-1">
              <span className="block truncate">{session.userAgent || t("unknownDevice")}</span>
              <span className="text-small text-ink-2">
                {t("lastSeen", { when: format.instant(session.lastSeenAt), address: session.address })}
              </span>
            </p>
            {session.isThis ? (
              <span className="text-small text-ink-2">{t("thisDevice")}</span>
            ) : (
              <Button look="quiet" onClick={() => end.mutate({ sessionId: session.id })}>
                {t("signOut")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {(sessions.data?.length ?? 0) > 1 && (
        <Button className="self-start" onClick={() => endOthers.mutate()} disabled={endOthers.isPending}>
          {t("signOutElsewhere")}
        </Button>
      )}
    </section>
  );
}
