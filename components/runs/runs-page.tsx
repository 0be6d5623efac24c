"use client";

import type { RowSelectionState } from "@tanstack/react-table";
import { Download } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { CheckedMenu } from "@/components/ui/checked-menu";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { countFilters } from "@/lib/run-search/run-search";
import { Pager } from "./pager";
import { type ColumnId, choosable } from "./run-columns";
import { RunsCards } from "./runs-cards";
import { RunsFilters } from "./runs-filters";
import { RunsTable } from "./runs-table";
import { SavedViews } from "./saved-views";
import { ScheduleDialog } from "./schedule-dialog";
import { StartRun } from "./start-run";
import { pageSize, useRunList } from "./use-run-list";

const fewestCompared = 2;
const mostCompared = 20;

/** Every run of the loop, searched, filtered and sorted by the server; the address holds how. */
export function RunsPage({ mayAct }: { mayAct: boolean }) {
  const t = useTranslations("runs");
  const list = useRunList();
  const [dialog, setDialog] = useState<"start" | "schedule" | null>(null);
  const close = () => setDialog(null);
  const [selected, setSelected] = useState<RowSelectionState>({});
  const { search, columns, page, runs, change } = list;
  const total = runs.data?.total ?? 0;

  return (
    <PageColumn title={t("title")}>
      <div className="flex flex-col gap-3">
        <RunsFilters search={search} onChange={(next) => change({ search: next })} />
        <div className="flex flex-wrap items-center gap-2">
          <SavedViews query={list.query} onShow={list.show} />
          <div className="max-md:hidden">
            <CheckedMenu
              title={t("list.columns")}
              counted={false}
              choices={choosable.map((id) => ({ value: id, title: t(`columns.${id}`) }))}
              chosen={[...columns]}
              onChange={(next) => change({ columns: inOrder(next), page })}
            />
          </div>
          <a
            href={`/api/runs/export?${list.query}`}
            download
            className="inline-flex min-h-9 items-center gap-2 rounded-control border border-line px-3 hover:border-line-strong"
          >
            <Download size={16} aria-hidden="true" className="text-ink-2" />
            {t("list.export")}
          </a>
          <Button onClick={() => setDialog("schedule")}>{t("schedule.button")}</Button>
          {mayAct && (
            <Button look="primary" onClick={() => setDialog("start")}>
              {t("start.button")}
            </Button>
          )}
          <Selection selected={selected} onClear={() => setSelected({})} />
        </div>
      </div>
      <QueryState
        query={{ ...runs, data: runs.data?.rows }}
        empty={t(countFilters(search) > 0 ? "nothingFits" : "none")}
      >
        {(rows) => (
          <div className="flex flex-col gap-2" data-total={total}>
            <div className="max-md:hidden">
              <RunsTable
                rows={rows}
                total={total}
                shown={columns}
                sort={search.sort}
                onSort={(sort) => change({ search: { ...search, sort } })}
                selected={selected}
                onSelect={setSelected}
              />
            </div>
            <div className="md:hidden">
              <RunsCards rows={rows} total={total} selected={selected} onSelect={setSelected} />
            </div>
            <div className="flex flex-wrap items-center justify-between gap-2">
              <p id="runs-keys" className="text-small text-ink-2 max-md:hidden">
                {t("list.keys")} {t("list.sorted")}
              </p>
              <Pager
                page={page}
                pageSize={pageSize}
                total={total}
                onChange={(next) => change({ page: next })}
              />
            </div>
          </div>
        )}
      </QueryState>
      <StartRun open={dialog === "start"} onClose={close} />
      <ScheduleDialog open={dialog === "schedule"} onClose={close} mayAct={mayAct} />
    </PageColumn>
  );
}

function inOrder(chosen: readonly string[]): ColumnId[] {
  return ["run", ...choosable.filter((id) => chosen.includes(id))];
}

function Selection({ selected, onClear }: { selected: RowSelectionState; onClear(): void }) {
  const t = useTranslations("runs");
  const ids = Object.keys(selected);
  if (ids.length === 0) return null;
  const comparable = ids.length >= fewestCompared && ids.length <= mostCompared;
  return (
    <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
      <span role="status">{t("list.selected", { n: ids.length })}</span>
      {comparable ? (
        <Link
          href={`/compare?ids=${ids.map(encodeURIComponent).join(",")}`}
          prefetch={false}
          className="inline-flex min-h-9 items-center rounded-control bg-accent px-3 font-medium text-on-accent hover:brightness-110"
        >
          {t("list.compare")}
        </Link>
      ) : (
        <span className="text-small text-ink-2">{t("list.compareLimit")}</span>
      )}
      <Button look="quiet" onClick={onClear}>
        {t("list.unselect")}
      </Button>
    </div>
  );
}
