import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useTRPC } from "@/lib/browser/trpc";
import { NewToken, type Role } from "./new-token";
import { TokenList } from "./token-list";

/** A person's own tokens. */
export function OwnTokens({ role }: { role: Role }) {
  const t = useTranslations("tokens");
  const trpc = useTRPC();
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  return (
    <section aria-labelledby="tokens-title" className="flex flex-col gap-3">
      <h2 id="tokens-title" className="font-semibold">
        {t("title")}
      </h2>
      <p className="text-ink-2">
        {t("what")}{" "}
        <Link href="/api-docs" className="text-accent underline">
          {t("docs")}
        </Link>
      </p>
      {tokens.isError && <FailureLine code={failureCodeOf(tokens.error)} />}
      {tokens.data && <TokenList tokens={tokens.data} />}
      <NewToken role={role} />
    </section>
  );
}
