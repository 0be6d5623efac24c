import type { RowSelectionState } from "@tanstack/react-table";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { RunRow } from "@/lib/browser/trpc";
import { isCancelling, RunLink } from "./run-cell";
import { RunStateMark } from "./run-state";
import { Tags } from "./tags";

interface RunsCardsProps {
  rows: RunRow[];
  total: number;
  selected: RowSelectionState;
  onSelect(selected: RowSelectionState): void;
}

/** The list on a narrow screen: what matters most of each run. */
export function RunsCards({ rows, total, selected, onSelect }: RunsCardsProps) {
  const t = useTranslations("runs");
  const format = useFormat();
  return (
    <ul aria-label={t("caption", { total: String(total) })} className="flex flex-col gap-2">
      {rows.map((run) => (
        <li
          key={run.id}
          data-run={run.id}
          className="flex gap-3 rounded-panel border border-line bg-raised p-3"
        >
          <input
            type="checkbox"
            className="mt-0.5 size-5 accent-(--accent)"
            aria-label={t("list.select", { id: run.id })}
            checked={selected[run.id] ?? false}
            onChange={(event) => {
              const { [run.id]: _, ...others } = selected;
              onSelect(event.currentTarget.checked ? { ...others, [run.id]: true } : others);
            }}
          />
          <div className="flex min-w-0 flex-1 flex-col gap-1">
            <RunLink id={run.id} />
            <div className="flex flex-wrap gap-x-3">
              <RunStateMark state={run.state} cancelling={isCancelling(run)} />
              {run.outcome && <span className="text-ink-2">{t(`outcomes.${run.outcome}`)}</span>}
              {run.auc !== null && (
                <span className="text-ink-2 tabular-nums">
                  {t("columns.auc")} {format.number(run.auc, 4)}
                </span>
              )}
            </div>
            <span className="text-small text-ink-2 tabular-nums">
              {format.instant(run.createdAt)} · {run.preset}
              {run.durationMs !== null && ` · ${format.duration(run.durationMs)}`}
            </span>
            {run.tags.length > 0 && <Tags tags={run.tags} />}
          </div>
        </li>
      ))}
    </ul>
  );
}
