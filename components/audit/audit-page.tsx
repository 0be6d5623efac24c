"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useMemo } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { Cell, Table } from "@/components/ui/table";
import { TextField } from "@/components/ui/text-field";
import { type AuditAction, auditActions } from "@/lib/audit/actions";
import { useTRPC } from "@/lib/browser/trpc";

const heads = ["at", "actor", "action", "entity", "details"] as const;

function actionFrom(text: string | null): AuditAction | undefined {
  return auditActions.find((name) => name === text);
}

/** Who did what, when and why. The address holds the filter. */
export function AuditPage() {
  const t = useTranslations("audit");
  const format = useFormat();
  const trpc = useTRPC();
  const router = useRouter();
  const search = useSearchParams();
  const text = search.get("text") ?? "";
  const action = actionFrom(search.get("action"));
  const filter = useMemo(() => ({ ...(text && { text }), ...(action && { action }) }), [text, action]);
  const events = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(filter, {
      initialCursor: undefined,
      getNextPageParam: (last) => (last.length === 50 ? last.at(-1)?.id : undefined),
      placeholderData: keepPreviousData,
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const wanted = new URLSearchParams();
    for (const name of ["text", "action"]) {
      const value = String(fields.get(name) ?? "");
      if (value) wanted.set(name, value);
    }
    router.replace(`/audit?${wanted}`);
  }

  return (
    <PageColumn title={t("title")}>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <TextField label={t("search")} name="text" defaultValue={text} maxLength={100} />
        <select
          name="action"
          aria-label={t("heads.action")}
          defaultValue={action ?? ""}
          className="min-h-9 rounded-control border border-line-strong bg-ground px-2"
        >
          <option value="">{t("anyAction")}</option>
          {auditActions.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Button type="submit">{t("filter")}</Button>
      </form>
      <QueryState query={{ ...events, data: events.data?.pages.flat() }} empty={t("none")}>
        {(rows) => (
          <Table caption={t("title")} heads={heads.map((head) => t(`heads.${head}`))}>
            {rows.map(({ id, at, actor, action: done, entityId, details }) => (
              <tr key={id} data-event={done} className="last:*:border-b-0">
                <Cell className="whitespace-nowrap tabular-nums">{format.instant(at)}</Cell>
                <Cell className="max-w-48 truncate">{actor}</Cell>
                <Cell className="whitespace-nowrap">{done}</Cell>
                <Cell className="max-w-48 truncate">{entityId}</Cell>
                <Cell className="max-w-96 text-small wrap-anywhere text-ink-2">
                  {Object.entries(details)
                    .map(
                      ([key, value]) =>
                        `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
                    )
                    .join(" · ")
                    .slice(0, 300)}
                </Cell>
              </tr>
            ))}
          </Table>
        )}
      </QueryState>
      {events.hasNextPage && (
        <Button
          className="self-center"
          onClick={() => void events.fetchNextPage()}
          disabled={events.isFetchingNextPage}
        >
          {t("more")}
        </Button>
      )}
    </PageColumn>
  );
}
