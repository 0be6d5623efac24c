"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { useLive } from "@/components/live/use-live";
import { Pager } from "@/components/runs/pager";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { TextField } from "@/components/ui/text-field";
import { type DatasetRow, useTRPC } from "@/lib/browser/trpc";
import { ImportPanel } from "./import-panel";
import { JobList } from "./job-list";
import { SendingLine } from "./sending-line";
import { UnfinishedUploads } from "./unfinished-uploads";
import { pageOf, useQueryChange } from "./use-query-change";
import { VersionLink } from "./version-link";
import { VersionTable } from "./version-table";

const pageSize = 25;
const checks = ["passed", "warnings", "failed", "none"] as const;

/** Dataset versions, which is current, and how new ones come. */
export function DataPage({ mayAct }: { mayAct: boolean }) {
  const t = useTranslations("data");
  const trpc = useTRPC();
  const { search, change } = useQueryChange();
  const [importing, setImporting] = useState(false);
  useLive(["dataset-version", "dataset-report", "dataset-job"]);
  const text = (search.get("text") ?? "").slice(0, 100);
  const check = checks.find((name) => name === search.get("check"));
  const page = pageOf(search);
  const list = useQuery(
    trpc.data.list.queryOptions(
      { ...(text && { text }), ...(check && { check }), offset: (page - 1) * pageSize, limit: pageSize },
      { placeholderData: keepPreviousData },
    ),
  );
  const total = list.data?.total ?? 0;

  return (
    <PageColumn title={t("title")}>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Filters text={text} check={check} onChange={(next) => change({ ...next, page: null })} />
        {mayAct && (
          <Button look="primary" onClick={() => setImporting(true)}>
            <Upload size={16} aria-hidden="true" />
            {t("import.open")}
          </Button>
        )}
      </div>
      {mayAct && <SendingLine />}
      <CurrentLine rows={list.data?.rows} current={list.data?.current} />
      <QueryState
        query={{ ...list, data: list.data?.rows }}
        empty={t(text || check ? "nothingFits" : "none")}
      >
        {(rows) => (
          <div className="flex flex-col gap-2">
            <VersionTable rows={rows} />
            <Pager
              page={page}
              pageSize={pageSize}
              total={total}
              onChange={(next) => change({ page: next === 1 ? null : String(next) })}
            />
          </div>
        )}
      </QueryState>
      {mayAct && (
        <>
          <UnfinishedUploads onGoOn={() => setImporting(true)} />
          <JobList />
          <ImportPanel
            open={importing}
            onClose={() => setImporting(false)}
            hasCurrent={Boolean(list.data?.current)}
          />
        </>
      )}
    </PageColumn>
  );
}

interface FiltersProps {
  text: string;
  check: string | undefined;
  onChange(next: Record<"text" | "check", string | null>): void;
}

function Filters({ text, check, onChange }: FiltersProps) {
  const t = useTranslations("data");
  const audit = useTranslations("audit");
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    onChange({ text: String(fields.get("text") ?? "").trim(), check: String(fields.get("check") ?? "") });
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <TextField
        label={t("search")}
        name="text"
        type="search"
        defaultValue={text}
        maxLength={100}
        className="w-72 max-w-full"
      />
      <select
        name="check"
        aria-label={t("check")}
        defaultValue={check ?? ""}
        className="min-h-9 rounded-control border border-line-strong bg-ground px-2"
      >
        <option value="">{t("anyCheck")}</option>
        {checks.map((name) => (
          <option key={name} value={name}>
            {t(`checks.${name}`)}
          </option>
        ))}
      </select>
      <Button type="submit">{audit("filter")}</Button>
    </form>
  );
}

/** Which version the inbox adds to. It may be on another page of the table. */
function CurrentLine({
  rows,
  current,
}: {
  rows: DatasetRow[] | undefined;
  current: string | null | undefined;
}) {
  const t = useTranslations("data.current");
  const format = useFormat();
  if (!rows) return null;
  const shown = rows.find(({ digest }) => digest === current);
  if (!current) return <p className="text-ink-2">{t("none")}</p>;
  return (
    <p data-current={current}>
      <VersionLink digest={current}>{t("is", { name: shown?.name ?? current.slice(7, 19) })}</VersionLink>{" "}
      {shown?.currentSince && <span>{t("since", { when: format.instant(shown.currentSince) })}. </span>}
      <span className="text-ink-2">{t("means")}</span>
    </p>
  );
}
