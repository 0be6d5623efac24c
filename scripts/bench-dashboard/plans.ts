interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  "Rows Removed by Filter"?: number;
  Plans?: PlanNode[];
}

export interface StatementPlan {
  durationMs: number;
  text: string;
  plan: PlanNode;
}

export interface Scan {
  table: string;
  /** Rows that were read, whether they fitted or not. */
  rowsRead: number;
  durationMs: number;
  statement: string;
}

const entry = /duration: ([\d.]+) ms {2}plan:\n((?:\t.*\n?)+)/g;

/** The plans in a server's log, written by auto_explain as JSON. */
export function readPlans(log: string): StatementPlan[] {
  return [...log.matchAll(entry)].flatMap(([, durationMs, json = ""]) => {
    try {
      const read = JSON.parse(json.replace(/^\t/gm, "")) as { "Query Text": string; Plan: PlanNode };
      return [{ durationMs: Number(durationMs), text: read["Query Text"], plan: read.Plan }];
    } catch {
      return [];
    }
  });
}

/** Where whole tables of at least `fewest` rows were read, the costliest of each table and statement first. */
export function sequentialScans(
  plans: readonly StatementPlan[],
  rowsOf: ReadonlyMap<string, number>,
  fewest: number,
): Scan[] {
  const found = new Map<string, Scan>();
  for (const { text, plan, durationMs } of plans) {
    for (const node of nodesOf(plan)) {
      const table = node["Relation Name"] ?? "";
      if (!node["Node Type"].includes("Seq Scan") || (rowsOf.get(table) ?? 0) < fewest) continue;
      const rowsRead =
        ((node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0)) * (node["Actual Loops"] ?? 1);
      // A scan that stops after a page of rows is no scan of the table.
      if (rowsRead < fewest / 10) continue;
      const key = `${table} ${text}`;
      if ((found.get(key)?.durationMs ?? -1) < durationMs)
        found.set(key, { table, rowsRead, durationMs, statement: text.replaceAll(/\s+/g, " ") });
    }
  }
  return [...found.values()].sort((a, b) => b.durationMs - a.durationMs);
}

function* nodesOf(plan: PlanNode): Generator<PlanNode> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* nodesOf(child);
}
