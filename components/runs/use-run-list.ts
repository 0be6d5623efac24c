import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { useLive } from "@/components/live/use-live";
import { useTRPC } from "@/lib/browser/trpc";
import { type RunSearch, runSearchFromParams, runSearchToParams } from "@/lib/run-search/run-search";
import { type ColumnId, columnsFrom, defaultColumns } from "./run-columns";

export const pageSize = 50;

/** The list as the address describes it, and how to describe another. */
export function useRunList() {
  const params = useSearchParams();
  const query = params.toString();
  const trpc = useTRPC();
  const { search, columns, page } = useMemo(() => readAddress(new URLSearchParams(query)), [query]);
  useLive(["run", "decision", "model-version"]);
  const runs = useQuery(
    trpc.runs.search.queryOptions(
      { search, offset: (page - 1) * pageSize, limit: pageSize },
      { placeholderData: keepPreviousData },
    ),
  );

  const show = useCallback((next: URLSearchParams) => {
    const text = next.toString();
    // Not the router: the page itself stays the same, so nothing is asked of the server for it.
    window.history.replaceState(null, "", text ? `/runs?${text}` : "/runs");
  }, []);
  const change = useCallback(
    (next: Partial<{ search: RunSearch; columns: readonly ColumnId[]; page: number }>) =>
      show(writeAddress({ search, columns, page: 1, ...next })),
    [search, columns, show],
  );
  return { query, search, columns, page, runs, change, show };
}

export type RunList = ReturnType<typeof useRunList>;

function readAddress(params: URLSearchParams) {
  const page = Number(params.get("page") ?? 1);
  return {
    search: runSearchFromParams(params),
    columns: columnsFrom(params.get("columns")),
    page: Number.isInteger(page) && page >= 1 && page <= 20_000 ? page : 1,
  };
}

function writeAddress(list: { search: RunSearch; columns: readonly ColumnId[]; page: number }) {
  const params = runSearchToParams(list.search);
  if (list.columns.join() !== defaultColumns.join()) params.set("columns", list.columns.join(","));
  if (list.page > 1) params.set("page", String(list.page));
  return params;
}
