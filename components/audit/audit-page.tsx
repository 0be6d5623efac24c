"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useMemo } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { SelectField } from "@/components/ui/select-field";
import { Cell, Table } from "@/components/ui/table";
import { TextField } from "@/components/ui/text-field";
import { auditActions } from "@/lib/audit/actions";
import { useTRPC } from "@/lib/browser/trpc";
import { type AuditFilter, auditFilterFrom } from "./audit-filter";
import { ChainCheck } from "./chain-check";

const heads = ["at", "actor", "action", "entity", "details"] as const;
const fields = ["text", "action", "from", "to"] as const;

/** Who did what, when and why. The address holds the filter. */
export function AuditPage() {
  const t = useTranslations("audit");
  const format = useFormat();
  const trpc = useTRPC();
  const search = useSearchParams();
  const filter = useMemo(() => auditFilterFrom(new URLSearchParams(search)), [search]);
  const events = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(filter, {
      initialCursor: undefined,
      getNextPageParam: (last) => (last.length === 50 ? last.at(-1)?.id : undefined),
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <PageColumn title={t("title")}>
      <FilterForm key={search.toString()} search={search} />
      <Exports filter={filter} />
      <ChainCheck />
      <QueryState query={{ ...events, data: events.data?.pages.flat() }} empty={t("none")}>
        {(rows) => (
          <Table caption={t("title")} heads={heads.map((head) => t(`heads.${head}`))}>
            {rows.map(({ id, at, actor, actorEmail, action, entityId, entityEmail, details }) => (
              <tr key={id} data-event={action} className="last:*:border-b-0">
                <Cell className="whitespace-nowrap tabular-nums">{format.instant(at)}</Cell>
                <Cell className="max-w-48 truncate">{actorEmail ?? actor}</Cell>
                <Cell className="whitespace-nowrap">{action}</Cell>
                <Cell className="max-w-48 truncate">{entityEmail ?? entityId}</Cell>
                <Cell className="min-w-64 max-w-96 text-small wrap-anywhere text-ink-2">
                  {detailsLine(details)}
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

function detailsLine(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ")
    .slice(0, 300);
}

function FilterForm({ search }: { search: URLSearchParams }) {
  const t = useTranslations("audit");
  const router = useRouter();
  const given = (name: (typeof fields)[number]) => search.get(name) ?? "";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = new URLSearchParams();
    for (const name of fields) {
      const value = String(form.get(name) ?? "");
      if (value) wanted.set(name, value);
    }
    router.replace(`/audit?${wanted}`);
  }

  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <TextField label={t("search")} name="text" defaultValue={given("text")} maxLength={100} />
      <SelectField
        label={t("heads.action")}
        name="action"
        defaultValue={given("action")}
        choices={[
          { value: "", title: t("anyAction") },
          ...auditActions.map((name) => ({ value: name, title: name })),
        ]}
      />
      <TextField label={t("from")} name="from" type="date" defaultValue={given("from")} />
      <TextField label={t("to")} name="to" type="date" defaultValue={given("to")} />
      <Button type="submit">{t("filter")}</Button>
    </form>
  );
}

/** The events that fit as a file, all of them. */
function Exports({ filter }: { filter: AuditFilter }) {
  const t = useTranslations("audit");
  const links = [
    ["csv", t("exportCsv")],
    ["jsonl", t("exportJsonl")],
  ] as const;
  return (
    <p className="flex flex-wrap gap-4">
      {links.map(([format, title]) => (
        <a
          key={format}
          href={`/api/audit/export?${new URLSearchParams({ ...filter, format })}`}
          download
          className="text-accent underline underline-offset-4"
        >
          {title}
        </a>
      ))}
    </p>
  );
}
