import { readdirSync } from "node:fs";
import path from "node:path";
import type { Sql } from "postgres";
import { projectFolder } from "../cli/project-folder";

/** Paths that are no page of a signed-in person's dashboard. */
const others = new Set(["/", "/sign-in", "/activity"]);

/** Every page of the dashboard, with things from the record in place of what its address leaves open. */
export async function dashboardPages(sql: Sql): Promise<string[]> {
  const examples = await findExamples(sql);
  return [...pagesUnder("")].sort().flatMap((page) => {
    if (others.has(page) || page.startsWith("/link")) return [];
    return examples[page] ?? (page.includes("[") ? [] : [page]);
  });
}

function* pagesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(projectFolder, "app", folder), { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== "api") yield* pagesUnder(`${folder}/${entry.name}`);
    else if (entry.name === "page.tsx") yield folder || "/";
  }
}

async function findExamples(sql: Sql): Promise<Record<string, string[]>> {
  const runs = await sql<{ id: string }[]>`
    select id from training_runs where state = 'succeeded' order by created_at desc limit 20`;
  const [running] = await sql<{ id: string }[]>`select id from training_runs where state = 'running' limit 1`;
  const versions = await sql<{ version: string }[]>`
    select version from model_versions order by serial desc limit 20`;
  const data = await sql<{ digest: string }[]>`
    select digest from dataset_versions order by created_at desc limit 2`;
  const ids = runs.map(({ id }) => id);
  return {
    "/runs": [
      "/runs",
      "/runs?text=seeded-07",
      "/runs?text=matches+nothing",
      "/runs?sort=-auc",
      "/runs?states=failed&sort=-duration",
      "/runs?presets=demo&tags=kept",
      "/runs?page=150",
    ],
    "/runs/[id]": [`/runs/${ids[0]}`, ...(running ? [`/runs/${running.id}`] : [])],
    "/compare": [`/compare?ids=${ids.slice(0, 2).join(",")}`, `/compare?ids=${ids.join(",")}`],
    "/models/[name]": [`/models/${versions[0]?.version}`, `/models/${versions.at(-1)?.version}`],
    "/data/[id]": [`/data/${data[0]?.digest.replace("sha256:", "")}`],
    "/audit": [
      "/audit",
      "/audit?text=user-77%40example.org",
      // Somebody whose many events are all old.
      "/audit?text=user-195%40example.org",
      "/audit?text=run-seeded-05000",
      "/audit?text=matches+nothing+at+all",
      "/audit?action=model_version.published",
      "/audit?action=evaluation_set.removed",
    ],
  };
}
