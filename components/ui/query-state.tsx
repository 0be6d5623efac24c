import { DatabaseZap } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { useFailureWords } from "@/components/i18n/use-failure";
import { Button } from "@/components/ui/button";

interface QueryStateProps<Row> {
  query: {
    data: Row[] | undefined;
    /** `data` is what our server says of its errors; without it the server did not answer. */
    error: { data?: unknown } | null;
    isFetching: boolean;
    refetch(): unknown;
  };
  empty: string;
  children(rows: Row[]): ReactNode;
}

/** Loading, failed, empty or the rows. Rows that were there stay while a refresh fails. */
export function QueryState<Row>({ query, empty, children }: QueryStateProps<Row>) {
  const t = useTranslations();
  const wordsOf = useFailureWords();
  const { data, error, isFetching, refetch } = query;
  const reasonOf = (failed: { data?: unknown }) => {
    if (!failed.data) return t("record.noAnswer");
    const code = failureCodeOf(failed);
    return code === "UNKNOWN" ? t("record.wentWrong") : `${wordsOf(code).title}.`;
  };
  return (
    <>
      {error && (
        <div
          role="alert"
          className="mb-3 flex flex-wrap items-center gap-3 rounded-panel border border-line bg-amber-wash px-4 py-3"
        >
          <DatabaseZap size={18} aria-hidden="true" className="shrink-0 text-amber" />
          <p className="min-w-0 flex-1">
            {t(data ? "record.notRefreshed" : "record.unreadable", {
              reason: reasonOf(error),
            })}{" "}
            <span className="text-ink-2">{t("record.readingWorks")}</span>
          </p>
          <Button onClick={() => refetch()} disabled={isFetching}>
            {t("common.tryAgain")}
          </Button>
        </div>
      )}
      {data && data.length > 0 && children(data)}
      {data?.length === 0 && (
        <p className="rounded-panel border border-dashed border-line px-4 py-6 text-ink-2">{empty}</p>
      )}
      {!data && !error && <p className="py-4 text-ink-2">{t("common.loading")}</p>}
    </>
  );
}
