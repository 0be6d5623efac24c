import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  Copy,
  type LucideIcon,
  OctagonX,
  ShieldX,
  TriangleAlert,
  X,
} from "lucide-react";
import { memo, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useFailureWords } from "@/components/i18n/use-failure";
import { useFormat } from "@/components/i18n/use-format";
import type { Reading } from "@/lib/browser/predict/reading";
import type { PredictSession } from "@/lib/browser/predict/session";
import type { ColumnId } from "./columns";
import { type RowStatus, resultOf, statusOf } from "./suspicion";

interface RowProps {
  reading: Reading;
  rowIndex: number;
  /** Pixels from the top of the list. */
  top: number;
  columns: readonly ColumnId[];
  template: string;
  current: boolean;
  originalName: string | null;
  session: PredictSession;
  onRemove(id: number): void;
}

/** One image of the list, on one line. */
export const Row = memo(function Row(props: RowProps) {
  const { reading, rowIndex, top, columns, template, current, onRemove } = props;
  const t = useTranslations("worklist");
  return (
    <tr
      id={`worklist-row-${reading.id}`}
      aria-rowindex={rowIndex}
      aria-selected={current}
      data-row={reading.name}
      data-status={statusOf(reading)}
      className="group absolute inset-x-0 grid h-8 items-center border-b border-line/60 pl-3 text-small tabular-nums hover:bg-float aria-selected:bg-float aria-selected:shadow-[inset_3px_0_var(--accent)]"
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
    >
      {columns.map((id) => (
        <td key={id} data-column={id} className="min-w-0 truncate pr-2">
          <Cell {...props} id={id} />
        </td>
      ))}
      <td className="relative">
        <button
          type="button"
          tabIndex={-1}
          aria-label={t("remove", { name: reading.name })}
          title={t("remove", { name: reading.name })}
          onClick={() => onRemove(reading.id)}
          className="inline-flex size-7 items-center justify-center rounded-control text-ink-2 opacity-0 group-hover:opacity-100 group-aria-selected:opacity-100 hover:text-ink pointer-coarse:opacity-100"
        >
          <X size={14} aria-hidden="true" />
        </button>
      </td>
    </tr>
  );
});

function Cell({ id, reading, originalName, session }: RowProps & { id: ColumnId }): ReactNode {
  const format = useFormat();
  const { prediction, step } = reading;
  const done = step === "done" ? prediction : null;
  switch (id) {
    case "name":
      return (
        <button
          type="button"
          tabIndex={-1}
          title={reading.name}
          onClick={() => session.select(reading.id)}
          // The whole row is the target, but for what stands above it.
          className="block w-full truncate text-left after:absolute after:inset-0 after:right-8"
        >
          {reading.name}
        </button>
      );
    case "verdict":
      return <VerdictCell reading={reading} originalName={originalName} />;
    case "probability":
      return (
        done && (
          <data value={done.probability} className={reading.revoked ? "text-ink-2 line-through" : ""}>
            {format.probability(done.probability)}
          </data>
        )
      );
    case "cautions":
      return reading.cautions.length > 0 ? (
        <span
          className="inline-flex items-center gap-1"
          title={reading.cautions.map(({ value }) => value).join(", ")}
        >
          <TriangleAlert size={14} aria-hidden="true" className="text-amber" />
          {reading.cautions.length}
        </span>
      ) : null;
    case "folder":
      return <span title={reading.folder}>{reading.folder}</span>;
    case "size":
      return reading.sizeBytes === null ? null : format.bytes(reading.sizeBytes);
    case "duration":
      return done && format.duration(done.durationMs);
    case "version":
      return reading.readBy && <span title={reading.readBy.modelVersion}>{reading.readBy.modelVersion}</span>;
  }
}

const icons: Record<RowStatus, LucideIcon> = {
  revoked: ShieldX,
  pneumonia: TriangleAlert,
  uncertain: CircleHelp,
  normal: CircleCheck,
  pending: CircleDashed,
  refused: Ban,
  failed: OctagonX,
  cancelled: CircleDashed,
  duplicate: Copy,
};
const amber = new Set<RowStatus>(["pneumonia", "uncertain", "revoked"]);

function VerdictCell({ reading, originalName }: { reading: Reading; originalName: string | null }) {
  const t = useTranslations("worklist");
  const failureWords = useFailureWords();
  const result = resultOf(reading);
  const copy = reading.duplicateOf !== null;
  const Icon = icons[copy ? "duplicate" : result];
  const failure = reading.failure && failureWords(reading.failure.code).title;
  const isStep = (step: string): step is "queued" | "decoding" | "waiting" | "predicting" =>
    result === "pending" && step !== "";
  const text = failure ?? (isStep(reading.step) ? t(`step.${reading.step}`) : t(`status.${result}`));
  const told = reading.revoked && result === "revoked" ? t("revokedBy", reading.revoked) : text;
  const title = copy && originalName ? t("sameAs", { name: originalName }) : told;
  return (
    <span title={title} className={`flex items-center gap-1.5 ${result === "pneumonia" ? "" : "text-ink-2"}`}>
      <Icon size={14} aria-hidden="true" className={`shrink-0 ${amber.has(result) ? "text-amber" : ""}`} />
      <span className="truncate">{text}</span>
      {copy && originalName && <span className="sr-only">{title}</span>}
    </span>
  );
}
