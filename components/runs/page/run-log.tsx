import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { type RunDetails, useTRPC } from "@/lib/browser/trpc";
import { Section } from "./section";

const portion = 200;

/** What the run said, the newest lines at the end. */
export function RunLog({ run }: { run: RunDetails["run"] }) {
  const t = useTranslations("runs.run");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const log = useInfiniteQuery(
    trpc.runs.log.infiniteQueryOptions(
      { id: run.id, limit: portion },
      {
        initialCursor: undefined,
        getNextPageParam: (last) => (last.length === portion ? last[0]?.id : undefined),
      },
    ),
  );
  const lines = log.data ? [...log.data.pages].reverse().flat() : [];
  const scroller = useRef<HTMLElement>(null);
  const newest = lines.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what this waits for
  useEffect(() => {
    const { current: box } = scroller;
    if (!box) return;
    const wasAtEnd = box.scrollTop === 0 || box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    if (wasAtEnd) box.scrollTop = box.scrollHeight;
  }, [newest]);
  return (
    <Section title={t("log")}>
      {log.isError && <FailureLine code={failureCodeOf(log.error)} />}
      {log.isPending && <p className="text-ink-2">{common("loading")}</p>}
      {log.data && lines.length === 0 && <p className="text-ink-2">{t("noLog")}</p>}
      {log.hasNextPage && (
        <Button
          className="self-start"
          disabled={log.isFetchingNextPage}
          onClick={() => void log.fetchNextPage()}
        >
          {t("earlier")}
        </Button>
      )}
      {lines.length > 0 && (
        <section
          ref={scroller}
          lang="en"
          aria-label={t("lines")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          className="max-h-80 overflow-auto rounded-panel border border-line bg-raised p-3 font-mono text-small"
        >
          {lines.map(({ id, at, line }) => (
            <p key={id} className="wrap-anywhere whitespace-pre-wrap">
              <span className="mr-3 text-ink-2 tabular-nums">{at.toISOString().slice(11, 19)}</span>
              {line}
            </p>
          ))}
        </section>
      )}
      {lines.length > 0 && <p className="text-small text-ink-2">{t("logKept")}</p>}
    </Section>
  );
}
