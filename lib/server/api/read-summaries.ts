import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { listPermissions } from "@/lib/server/trpc/permissions";

const routersFolder = path.join("lib", "server", "trpc", "routers");

/** What stands above each procedure in the routers' code, by procedure; those without such a line are left out. */
export async function readSummaries(projectFolder = "."): Promise<Record<string, string>> {
  const folder = path.join(projectFolder, routersFolder);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.includes(".test."));
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), "utf8")));
  const byRouter = new Map(texts.map(routerOf).filter((router) => router !== null));
  const known = new Set(listPermissions().map((permission) => permission.path));
  const found = [...byRouter].flatMap(([router, summaries]) =>
    Object.entries(summaries).map(([procedure, summary]) => [`${router}.${procedure}`, summary] as const),
  );
  return Object.fromEntries(found.filter(([name]) => known.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function routerOf(text: string): [string, Record<string, string>] | null {
  const name = /export const (\w+)Router\b/.exec(text)?.[1];
  if (!name) return null;
  const summaries: Record<string, string> = {};
  for (const [, comment, procedure] of text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+):\s*\w+Procedure\b/g,
  ))
    if (comment && procedure) summaries[procedure] = inOneLine(comment);
  return [name, summaries];
}

function inOneLine(comment: string): string {
  return comment
    .replaceAll(/^\s*\*/gm, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}
