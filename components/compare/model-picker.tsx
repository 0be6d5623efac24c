import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Check, Plus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { QueryState } from "@/components/ui/query-state";
import { TextField } from "@/components/ui/text-field";
import { useTRPC } from "@/lib/browser/trpc";
import { limit } from "./compare-address";

interface ModelPickerProps {
  chosen: readonly string[];
  onAdd(id: string): void;
}

/** A search over runs and versions, to add one or several. */
export function ModelPicker({ chosen, onAdd }: ModelPickerProps) {
  const t = useTranslations("compare");
  const [open, setOpen] = useState(false);
  const isFull = chosen.length >= limit;
  return (
    <>
      <Button look={chosen.length < 2 ? "primary" : "plain"} onClick={() => setOpen(true)}>
        <Plus size={16} aria-hidden="true" />
        {t("add")}
      </Button>
      <PanelDialog open={open} onOpenChange={setOpen} title={t("addTitle")}>
        {isFull ? <p>{t("full", { limit })}</p> : <Search chosen={chosen} onAdd={onAdd} />}
      </PanelDialog>
    </>
  );
}

function Search({ chosen, onAdd }: ModelPickerProps) {
  const t = useTranslations("compare");
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const found = useQuery(
    trpc.compare.candidates.queryOptions(
      { text: useDeferredValue(text.trim()) },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <div className="flex flex-col gap-3">
      <TextField
        label={t("search")}
        type="search"
        value={text}
        maxLength={80}
        onChange={(event) => setText(event.target.value)}
      />
      <QueryState query={found} empty={t("nothingFound")}>
        {(rows) => (
          <ul className="flex flex-col">
            {rows.map((row) => (
              <CandidateRow
                key={row.id}
                row={row}
                isIn={chosen.includes(row.id)}
                onAdd={() => onAdd(row.id)}
              />
            ))}
          </ul>
        )}
      </QueryState>
    </div>
  );
}

interface CandidateRowProps {
  row: { id: string; kind: "run" | "version"; preset: string | null; createdAt: string };
  isIn: boolean;
  onAdd(): void;
}

function CandidateRow({ row: { id, kind, preset, createdAt }, isIn, onAdd }: CandidateRowProps) {
  const t = useTranslations("compare");
  const format = useFormat();
  return (
    <li>
      <button
        type="button"
        disabled={isIn}
        onClick={onAdd}
        className="flex min-h-11 w-full items-center gap-3 rounded-control px-2 py-1 text-left enabled:hover:bg-float disabled:text-ink-2"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{id}</span>
          <span className="block text-small text-ink-2 tabular-nums">
            {[t(`kinds.${kind}`), preset, format.instant(createdAt)].filter(Boolean).join(" · ")}
          </span>
        </span>
        {isIn ? (
          <span className="inline-flex items-center gap-1 text-small">
            <Check size={14} aria-hidden="true" />
            {t("isIn")}
          </span>
        ) : (
          <Plus size={16} aria-hidden="true" className="text-ink-2" />
        )}
      </button>
    </li>
  );
}
