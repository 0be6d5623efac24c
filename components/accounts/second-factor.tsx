import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import qrcode from "qrcode-generator";
import { type FormEvent, useMemo } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { useTRPC } from "@/lib/browser/trpc";
import { CodeField } from "./code-field";

/** A code at each sign-in, from an authenticator. */
export function SecondFactor() {
  const t = useTranslations("accounts");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const status = useQuery(trpc.accounts.secondFactor.queryOptions());
  const begin = useMutation(trpc.accounts.newSecondFactor.mutationOptions());
  const done = {
    onSuccess: () => {
      begin.reset();
      // What the page shows may have waited for this.
      router.refresh();
      return queries.invalidateQueries({ queryKey: trpc.accounts.secondFactor.queryKey() });
    },
  };
  const add = useMutation(trpc.accounts.addSecondFactor.mutationOptions(done));
  const remove = useMutation(trpc.accounts.removeSecondFactor.mutationOptions(done));
  const failure = status.error ?? begin.error ?? add.error ?? remove.error;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code"));
    if (begin.data) add.mutate({ secret: begin.data.secret, code });
  }

  function submitRemoval(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    remove.mutate({ code: String(new FormData(event.currentTarget).get("code")) });
  }

  return (
    <section aria-labelledby="factor-title" className="flex flex-col gap-3">
      <h2 id="factor-title" className="font-semibold">
        {t("secondFactor")}
      </h2>
      {failure && <FailureLine code={failureCodeOf(failure)} />}
      {status.data?.isOn === true && (
        <>
          <p className="text-ink-2">{t("secondFactorOn")}</p>
          <form onSubmit={submitRemoval} className="flex flex-wrap items-end gap-3">
            <CodeField />
            <Button type="submit" disabled={remove.isPending}>
              {t("removeSecondFactor")}
            </Button>
          </form>
        </>
      )}
      {status.data?.isOn === false && !begin.data && (
        <>
          <p className="text-ink-2">{t("secondFactorOff")}</p>
          <Button className="self-start" onClick={() => begin.mutate()} disabled={begin.isPending}>
            {t("addSecondFactor")}
          </Button>
        </>
      )}
      {begin.data && (
        <form onSubmit={submit} className="flex flex-col gap-3">
          <p className="text-ink-2">{t("scan")}</p>
          <QrCode text={begin.data.address} title={t("qrCode")} />
          <p className="text-small text-ink-2">
            {t("orType")} <code className="font-mono text-ink wrap-anywhere">{begin.data.secret}</code>
          </p>
          <CodeField />
          <Button type="submit" look="primary" className="self-start" disabled={add.isPending}>
            {t("confirmCode")}
          </Button>
        </form>
      )}
    </section>
  );
}

/** Dark on light in either theme: cameras want it so. */
function QrCode({ text, title }: { text: string; title: string }) {
  const { side, path } = useMemo(() => drawCode(text), [text]);
  const quiet = 4;
  return (
    <svg
      role="img"
      aria-label={title}
      viewBox={`${-quiet} ${-quiet} ${side + 2 * quiet} ${side + 2 * quiet}`}
      className="size-48 rounded-control bg-[#fff]"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

function drawCode(text: string): { side: number; path: string } {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const side = code.getModuleCount();
  let path = "";
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  return { side, path };
}
