"use client";

import { PanelLeftClose, PanelLeftOpen, Trash2 } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useKeys } from "@/components/ui/use-keys";
import type { PredictSession } from "@/lib/browser/predict/session";
import { ColumnsMenu } from "./columns-menu";
import { Filters } from "./filters";
import { IconButton } from "./icon-button";
import { Rows } from "./rows";
import { RunLine } from "./run-line";
import { useLateSnapshot } from "./use-late-snapshot";
import { useWorklistTable } from "./use-worklist-table";
import { VersionLine } from "./version-line";

/** Every image of the list, the most suspicious first. Images are chosen here; reading them goes on meanwhile. */
export function Worklist({ session }: { session: PredictSession }) {
  const t = useTranslations("worklist");
  const [open, setOpen] = useState(true);
  const snapshot = useLateSnapshot(session);
  const { readings, currentId, model } = snapshot;
  const { table, rows, filter, setFilter } = useWorklistTable(readings);

  const latestRows = useRef(rows);
  latestRows.current = rows;

  const go = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row) session.select(row.id);
  };
  const at = rows.findIndex(({ id }) => id === currentId);
  /** What stands next in the list as it is sorted takes the place of the image on screen. */
  const remove = useCallback(
    (id: number) => {
      const { currentId: shownId } = session.getSnapshot();
      const place = latestRows.current.findIndex((row) => row.id === id);
      const next = latestRows.current[place + 1] ?? latestRows.current[place - 1];
      session.remove(id);
      if (id === shownId && next) session.select(next.id);
    },
    [session],
  );
  useKeys({
    next: () => go(at + 1),
    previous: () => go(at === -1 ? 0 : at - 1),
    first: () => go(0),
    last: () => go(rows.length - 1),
    remove: () => currentId !== null && remove(currentId),
    worklist: () => setOpen(!open),
  });

  if (!open) {
    return (
      <aside
        aria-label={t("title")}
        className="shrink-0 border-line bg-raised p-1.5 max-lg:order-last max-lg:border-t lg:border-r"
      >
        <IconButton label={t("expand")} cap="D" icon={PanelLeftOpen} onClick={() => setOpen(true)} />
      </aside>
    );
  }
  return (
    <aside
      aria-label={t("title")}
      className="flex shrink-0 flex-col border-line bg-raised max-lg:order-last max-lg:border-t lg:w-[21rem] lg:border-r"
    >
      <div className="flex items-center gap-1 py-1.5 pr-1.5 pl-3">
        <h2 className="mr-auto font-semibold">{t("title")}</h2>
        <ColumnsMenu table={table} />
        <IconButton label={t("clear")} icon={Trash2} onClick={() => session.clear()} />
        <IconButton label={t("collapse")} cap="D" icon={PanelLeftClose} onClick={() => setOpen(false)} />
      </div>
      <RunLine session={session} snapshot={snapshot} />
      {model.phase === "ready" && (
        <VersionLine readings={readings} model={model.model} onReadAgain={() => session.readAgain()} />
      )}
      <Filters readings={readings} filter={filter} onFilter={setFilter} />
      <Rows
        table={table}
        rows={rows}
        readings={readings}
        currentId={currentId}
        session={session}
        onRemove={remove}
        onShowAll={() => setFilter({ status: null, text: "" })}
      />
    </aside>
  );
}
