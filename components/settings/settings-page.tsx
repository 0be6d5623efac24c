"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { TokenList } from "@/components/tokens/token-list";
import { FactRows } from "@/components/ui/fact-rows";
import { PageColumn } from "@/components/ui/page-column";
import { type SettingsOverview, useTRPC } from "@/lib/browser/trpc";
import { AdminSecondFactor } from "./admin-second-factor";
import { Notifications } from "./notifications";
import { Promotion } from "./promotion";
import { ReadingAccess } from "./reading-access";
import { Retention } from "./retention";
import { SettingsSection } from "./settings-section";

/** What holds for the whole deployment. */
export function SettingsPage() {
  const t = useTranslations("settings");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const overview = useQuery(trpc.settings.overview.queryOptions());
  return (
    <PageColumn title={t("title")}>
      {overview.isPending && <p className="text-ink-2">{common("loading")}</p>}
      {overview.isError && <FailureLine code={failureCodeOf(overview.error)} />}
      {overview.data && (
        <div className="grid max-w-[72rem] items-start gap-4 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <Promotion policy={overview.data.policy} />
            <ReadingAccess setting={overview.data.readingAccess} />
            <AdminSecondFactor
              setting={overview.data.adminSecondFactor}
              isOwnOn={overview.data.ownSecondFactor}
            />
            <Elsewhere />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <Retention setting={overview.data.retention} />
            <Notifications overview={overview.data} />
            <Network network={overview.data.network} />
          </div>
          <div className="min-w-0 lg:col-span-2">
            <EveryonesTokens />
          </div>
        </div>
      )}
    </PageColumn>
  );
}

function EveryonesTokens() {
  const t = useTranslations("settings.tokens");
  const trpc = useTRPC();
  const tokens = useQuery(trpc.tokens.listAll.queryOptions());
  return (
    <SettingsSection title={t("title")}>
      <p className="text-ink-2">{t("what")}</p>
      {tokens.isError && <FailureLine code={failureCodeOf(tokens.error)} />}
      {tokens.data && <TokenList tokens={tokens.data} showOwner />}
    </SettingsSection>
  );
}

function Network({ network }: { network: SettingsOverview["network"] }) {
  const t = useTranslations("settings.network");
  return (
    <SettingsSection title={t("title")}>
      <FactRows
        rows={[
          [t("proxies"), String(network.trustedProxies)],
          [t("pages"), network.pages ?? t("unset")],
          [t("you"), network.askedFrom],
        ]}
      />
      <p className="text-small text-ink-2">{t("hint")}</p>
    </SettingsSection>
  );
}

const elsewhere = [
  { href: "/users", title: "people" },
  { href: "/runs", title: "schedule" },
  { href: "/audit", title: "audit" },
] as const;

function Elsewhere() {
  const t = useTranslations("settings.elsewhere");
  return (
    <SettingsSection title={t("title")}>
      <ul className="flex flex-wrap gap-x-5 gap-y-2">
        {elsewhere.map(({ href, title }) => (
          <li key={href}>
            <Link href={href} className="text-accent underline underline-offset-4">
              {t(title)}
            </Link>
          </li>
        ))}
      </ul>
    </SettingsSection>
  );
}
