import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { useTRPCClient } from "@/lib/browser/trpc";

type Client = ReturnType<typeof useTRPCClient>;
type ChainPart = Awaited<ReturnType<Client["audit"]["verify"]["query"]>>;

/** Follows the whole chain, an answer at a time. */
async function followChain(
  client: Client,
  signal: AbortSignal,
  onPart: (part: ChainPart) => void,
): Promise<ChainPart> {
  let part: ChainPart | undefined;
  do {
    const from = part && {
      hash: part.hash,
      checked: part.checked,
      unchained: part.unchained,
      after: part.after,
    };
    part = await client.audit.verify.query({ from }, { signal, context: { alone: true } });
    onPart(part);
  } while (!part.isDone);
  return part;
}

/** Whether every event still follows from the one before it. */
export function ChainCheck() {
  const t = useTranslations("audit.chain");
  const format = useFormat();
  const client = useTRPCClient();
  const stop = useRef(new AbortController());
  const [followed, setFollowed] = useState(0);
  const check = useMutation({
    mutationFn: () => {
      setFollowed(0);
      stop.current = new AbortController();
      return followChain(client, stop.current.signal, ({ checked, unchained }) =>
        setFollowed(checked + unchained),
      );
    },
  });
  useEffect(() => () => stop.current.abort(), []);
  return (
    <section
      aria-labelledby="chain-title"
      className="flex flex-col gap-2 rounded-panel border border-line bg-raised px-4 py-3"
    >
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="chain-title" className="font-semibold">
          {t("title")}
        </h2>
        <p className="min-w-48 flex-1 text-small text-ink-2">{t("text")}</p>
        <Button onClick={() => check.mutate()} disabled={check.isPending}>
          {t("verify")}
        </Button>
      </div>
      <div role="status" className="flex flex-col gap-1">
        {check.isPending && (
          <p className="tabular-nums">{t("followed", { count: format.number(followed) })}</p>
        )}
        {check.data && <ChainResult part={check.data} />}
      </div>
      {check.error && <FailureLine code={failureCodeOf(check.error)} />}
    </section>
  );
}

function ChainResult({ part: { brokenAt, checked, unchained, hash } }: { part: ChainPart }) {
  const t = useTranslations("audit.chain");
  const format = useFormat();
  const count = format.number(checked);
  if (brokenAt !== null)
    return (
      <p data-chain="broken" className="font-semibold text-red">
        {t("broken", { id: String(brokenAt), count })}
      </p>
    );
  return (
    <>
      <p data-chain="holds" className="tabular-nums">
        {t("holds", { count })} {unchained > 0 && t("unchained", { count: format.number(unchained) })}
      </p>
      <p className="text-small text-ink-2">
        {t("lastHash")} <code className="font-mono wrap-anywhere">{hash}</code>
      </p>
    </>
  );
}
