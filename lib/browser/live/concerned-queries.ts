import type { LiveKind } from "@/lib/live/changes";
import type { LiveNews } from "./live-connection";

/** Routers whose answers a kind of change may alter. */
const routersOf: Record<LiveKind, readonly string[]> = {
  run: ["runs", "overview", "compare"],
  epoch: ["runs", "overview", "compare"],
  decision: ["runs", "modelVersions", "overview"],
  review: ["runs", "modelVersions", "overview"],
  "model-version": ["modelVersions", "overview", "runs", "compare", "inUse"],
  revocation: ["modelVersions", "overview", "inUse"],
  "dataset-version": ["data", "overview"],
  "dataset-report": ["data", "overview", "runs"],
  "dataset-job": ["data"],
};

/** Input fields that name the one run that a query is about. */
const runFields = ["id", "runId"];
const aboutRuns: ReadonlySet<LiveKind> = new Set(["run", "epoch"]);

/**
 * Whether a query's answer may have changed. A change of one run leaves queries about another run alone.
 * @param queryKey a key of @trpc/tanstack-react-query: [["router", "procedure"], { input, type }]
 */
export function isConcerned(queryKey: readonly unknown[], news: LiveNews): boolean {
  const [path, options] = queryKey as [unknown, { input?: unknown } | undefined];
  if (!Array.isArray(path)) return false;
  const router = String(path[0]);
  if (news === "resync") return Object.values(routersOf).some((routers) => routers.includes(router));
  if (!routersOf[news.kind].includes(router)) return false;
  if (router !== "runs" || !aboutRuns.has(news.kind)) return true;
  const input = options?.input;
  if (typeof input !== "object" || input === null) return true;
  return runFields.every((field) => {
    const named = (input as Record<string, unknown>)[field];
    return typeof named !== "string" || named === news.id;
  });
}
