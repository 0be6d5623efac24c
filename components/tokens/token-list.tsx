import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { type TokenRow, useTRPC } from "@/lib/browser/trpc";

/** Tokens, the open ones first, each with what it may do and when it was used. */
export function TokenList({ tokens, showOwner = false }: { tokens: TokenRow[]; showOwner?: boolean }) {
  const t = useTranslations("tokens");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.tokens.pathKey() }),
    }),
  );
  if (tokens.length === 0) return <p className="text-ink-2">{t("none")}</p>;
  const sorted = [...tokens.filter(isOpen), ...tokens.filter((token) => !isOpen(token))];
  return (
    <>
      {revoke.isError && <FailureLine code={failureCodeOf(revoke.error)} />}
      <ul className="divide-y divide-line rounded-panel border border-line bg-raised">
        {sorted.map((token) => (
          <li key={token.id} data-token={token.name} className="flex items-center gap-3 px-4 py-2">
            <div className="min-w-0 flex-1">
              <p className={isOpen(token) ? "font-medium wrap-anywhere" : "text-ink-2 wrap-anywhere"}>
                {token.name} <span className="font-mono text-small text-ink-2">…{token.ending}</span>
              </p>
              <p className="text-small text-ink-2">
                {showOwner && `${token.owner} · `}
                {token.scopes.map((scope) => t(`scopeTitles.${scope}`)).join(", ")} · <Until token={token} />
              </p>
              <p className="text-small text-ink-2">
                <Used token={token} />
              </p>
            </div>
            {isOpen(token) && (
              <Button
                look="quiet"
                aria-label={t("revokeNamed", { name: token.name })}
                onClick={() => revoke.mutate({ id: token.id })}
              >
                {t("revoke")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

const isOpen = ({ endedAt, expiresAt }: TokenRow) => endedAt === null && expiresAt.getTime() > Date.now();

function Until({ token }: { token: TokenRow }) {
  const t = useTranslations("tokens");
  const format = useFormat();
  const { endedAt, endedBecause, expiresAt } = token;
  if (endedAt) return t("ended", { when: format.date(endedAt), why: t(`why.${endedBecause ?? "revoked"}`) });
  return t(isOpen(token) ? "expires" : "expired", { when: format.date(expiresAt) });
}

function Used({ token: { lastUsedAt, lastUsedFrom } }: { token: TokenRow }) {
  const t = useTranslations("tokens");
  const format = useFormat();
  if (!lastUsedAt) return t("unused");
  return t("used", { when: format.instant(lastUsedAt), address: lastUsedFrom ?? "" });
}
