import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { CheckedMenu } from "@/components/ui/checked-menu";
import { shortDigest } from "@/components/ui/format";
import { useTRPC } from "@/lib/browser/trpc";
import { countFilters, emptyRunSearch, type RunSearch } from "@/lib/run-search/run-search";
import { runOutcomes, runStates, runTriggers } from "@/lib/run-search/run-states";

const typingPauseMs = 300;

/** What narrows the list. */
export function RunsFilters({ search, onChange }: { search: RunSearch; onChange(search: RunSearch): void }) {
  const t = useTranslations("runs");
  const format = useFormat();
  const trpc = useTRPC();
  const { data: facets } = useQuery(trpc.runs.facets.queryOptions(undefined, { staleTime: 60_000 }));
  const set = (part: Partial<RunSearch>) => onChange({ ...search, ...part });
  const plain = (values: readonly string[] = []) => values.map((value) => ({ value, title: value }));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField text={search.text} onChange={(text) => set({ text })} />
      <CheckedMenu
        title={t("columns.state")}
        choices={runStates.map((value) => ({ value, title: t(`states.${value}`) }))}
        chosen={search.states}
        onChange={(states) => set({ states: states as RunSearch["states"] })}
      />
      <CheckedMenu
        title={t("columns.outcome")}
        choices={runOutcomes.map((value) => ({ value, title: t(`outcomes.${value}`) }))}
        chosen={search.outcomes}
        onChange={(outcomes) => set({ outcomes: outcomes as RunSearch["outcomes"] })}
      />
      <CheckedMenu
        title={t("columns.preset")}
        choices={plain(facets?.presets)}
        chosen={search.presets}
        onChange={(presets) => set({ presets })}
      />
      <CheckedMenu
        title={t("columns.engine")}
        choices={plain(facets?.engines)}
        chosen={search.engines}
        onChange={(engines) => set({ engines })}
      />
      <CheckedMenu
        title={t("columns.trigger")}
        choices={runTriggers.map((value) => ({ value, title: t(`triggers.${value}`) }))}
        chosen={search.triggers}
        onChange={(triggers) => set({ triggers: triggers as RunSearch["triggers"] })}
      />
      <CheckedMenu
        title={t("columns.tags")}
        choices={plain(facets?.tags)}
        chosen={search.tags}
        onChange={(tags) => set({ tags })}
      />
      <CheckedMenu
        title={t("columns.dataset")}
        choices={(facets?.datasets ?? []).map(({ digest, createdAt }) => ({
          value: digest,
          title: `${shortDigest(digest)} · ${format.date(createdAt)}`,
        }))}
        chosen={search.dataset ? [search.dataset] : []}
        onChange={(chosen) => set({ dataset: chosen.at(-1) ?? null })}
      />
      <DayField name="since" value={search.since} onChange={(since) => set({ since })} />
      <DayField name="until" value={search.until} onChange={(until) => set({ until })} />
      {countFilters(search) > 0 && (
        <Button look="quiet" onClick={() => onChange({ ...emptyRunSearch, sort: search.sort })}>
          {t("list.clear")}
        </Button>
      )}
    </div>
  );
}

/** Asks once the typing pauses. */
function SearchField({ text, onChange }: { text: string; onChange(text: string): void }) {
  const t = useTranslations("runs");
  const [typed, setTyped] = useState(text);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed.trim() === text) return;
    const timer = setTimeout(() => latest.current(typed.trim()), typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed, text]);
  return (
    <label className="relative w-full sm:w-80">
      <span className="sr-only">{t("list.search")}</span>
      <Search size={16} aria-hidden="true" className="absolute top-2.5 left-2.5 text-ink-2" />
      <input
        type="search"
        value={typed}
        maxLength={100}
        placeholder={t("list.search")}
        onChange={(event) => setTyped(event.currentTarget.value)}
        className="min-h-9 w-full rounded-control border border-line-strong bg-ground pr-2 pl-8 text-ellipsis placeholder:text-ink-2"
      />
    </label>
  );
}

interface DayFieldProps {
  name: "since" | "until";
  value: string | null;
  onChange(day: string | null): void;
}

function DayField({ name, value, onChange }: DayFieldProps) {
  const t = useTranslations("runs");
  return (
    <label className="inline-flex items-center gap-1.5 text-ink-2">
      {t(`list.${name}`)}
      <input
        type="date"
        value={value ?? ""}
        onChange={(event) => onChange(event.currentTarget.value || null)}
        className="min-h-9 rounded-control border border-line bg-ground px-2 text-ink"
      />
    </label>
  );
}
