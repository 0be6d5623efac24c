import { useTranslations } from "use-intl";
import type { Reading } from "@/lib/browser/predict/reading";
import { countStatuses, type RowFilter, type RowStatus, rowStatuses } from "./suspicion";

interface FiltersProps {
  readings: readonly Reading[];
  filter: RowFilter;
  onFilter(filter: RowFilter): void;
}

/** How many there are of each kind; a click shows only those. */
export function Filters({ readings, filter, onFilter }: FiltersProps) {
  const t = useTranslations("worklist");
  const counts = countStatuses(readings);
  const statuses = rowStatuses.filter((status) => counts[status] > 0 || filter.status === status);
  return (
    <div className="flex flex-col gap-2 px-3 pb-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{t("filter")}</legend>
        <Chip
          name={t("all")}
          count={readings.length}
          pressed={filter.status === null}
          onPress={() => onFilter({ ...filter, status: null })}
        />
        {statuses.map((status) => (
          <Chip
            key={status}
            status={status}
            name={t(`status.${status}`)}
            count={counts[status]}
            pressed={filter.status === status}
            onPress={() => onFilter({ ...filter, status: filter.status === status ? null : status })}
          />
        ))}
      </fieldset>
      <input
        type="search"
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
        aria-label={t("find")}
        placeholder={t("find")}
        className="h-8 rounded-control border border-line-strong bg-ground px-2 text-small placeholder:text-ink-2 pointer-coarse:h-11"
      />
    </div>
  );
}

interface ChipProps {
  name: string;
  count: number;
  pressed: boolean;
  status?: RowStatus;
  onPress(): void;
}

function Chip({ name, count, pressed, status, onPress }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      data-count={status ?? "all"}
      onClick={onPress}
      className="inline-flex min-h-6 items-center gap-1.5 rounded-control border border-line px-1.5 text-small text-ink-2 hover:text-ink aria-pressed:border-line-strong aria-pressed:bg-float aria-pressed:text-ink pointer-coarse:min-h-9"
    >
      {name} <span className="tabular-nums">{count}</span>
    </button>
  );
}
