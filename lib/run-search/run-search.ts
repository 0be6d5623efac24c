import { z } from "zod";
import { runOutcomes, runStates, runTriggers } from "./run-states";

/** What the list can be sorted by. */
export const sortColumns = [
  "created",
  "started",
  "duration",
  "state",
  "preset",
  "engine",
  "trigger",
  "auc",
  "outcome",
] as const;
export type SortColumn = (typeof sortColumns)[number];

export const tagSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^,\p{Cc}]+$/u, "no commas");

const name = z.string().min(1).max(80);
const day = z.iso.date();

/** A question to the list of runs. Every part narrows it; within a part any value fits, except for tags: all of them. */
export const runSearchSchema = z.strictObject({
  /** Part of an id, a reason, a note, a source or a digest. */
  text: z.string().trim().max(100).default(""),
  states: z.array(z.enum(runStates)).max(runStates.length).default([]),
  triggers: z.array(z.enum(runTriggers)).max(runTriggers.length).default([]),
  outcomes: z.array(z.enum(runOutcomes)).max(runOutcomes.length).default([]),
  presets: z.array(name).max(20).default([]),
  engines: z.array(name).max(20).default([]),
  tags: z.array(tagSchema).max(10).default([]),
  /** A dataset version's digest. */
  dataset: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable()
    .default(null),
  /** First and last day of creation, in UTC. */
  since: day.nullable().default(null),
  until: day.nullable().default(null),
  sort: z
    .array(z.strictObject({ column: z.enum(sortColumns), descending: z.boolean() }))
    .max(3)
    .default([{ column: "created", descending: true }]),
});
export type RunSearch = z.infer<typeof runSearchSchema>;

export const emptyRunSearch: RunSearch = runSearchSchema.parse({});

const lists = ["states", "triggers", "outcomes", "presets", "engines", "tags"] as const;
const singles = ["text", "dataset", "since", "until"] as const;
const defaultSort = "-created";

/** As the address of /runs holds it: lists joined by commas, the sort as "-created,auc". */
export function runSearchToParams(search: RunSearch): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of singles) if (search[key]) params.set(key, search[key]);
  for (const key of lists) if (search[key].length > 0) params.set(key, search[key].join(","));
  const sort = search.sort.map(({ column, descending }) => `${descending ? "-" : ""}${column}`).join(",");
  if (sort !== defaultSort) params.set("sort", sort);
  return params;
}

/** The same back. A part that is not valid is left out, since an address can be mistyped or from another version. */
export function runSearchFromParams(params: URLSearchParams): RunSearch {
  const given: Record<string, unknown> = {};
  for (const key of singles) keep(given, key, params.get(key) ?? undefined);
  for (const key of lists) keep(given, key, splitList(params.get(key)));
  keep(given, "sort", params.has("sort") ? splitList(params.get("sort"))?.map(toSort) : undefined);
  return runSearchSchema.parse(given);
}

function splitList(text: string | null): string[] | undefined {
  return text?.split(",").filter(Boolean);
}

function toSort(text: string): { column: string; descending: boolean } {
  return { column: text.replace(/^-/, ""), descending: text.startsWith("-") };
}

function keep(given: Record<string, unknown>, key: keyof RunSearch, value: unknown): void {
  if (value !== undefined && runSearchSchema.shape[key].safeParse(value).success) given[key] = value;
}

/** How many parts narrow the list. */
export function countFilters(search: RunSearch): number {
  return [...singles, ...lists].filter((key) => (search[key]?.length ?? 0) > 0).length;
}
