import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { DataRemote } from "@/lib/dvc/remote";
import { folderRemote } from "./folder-remote";
import { isRemoteUrl, openRemote } from "./open-remote";

/**
 * Where the DVC repository around a file keeps its objects: its default remote, then its cache. Nothing where there is no
 * repository. Remotes of kinds that are not read here are passed over.
 */
export async function remotesOfRepository(file: string): Promise<DataRemote[]> {
  const dvcFolder = await findDvcFolder(path.dirname(path.resolve(file)));
  if (!dvcFolder) return [];
  const texts = await Promise.all(
    ["config", "config.local"].map((name) =>
      readFile(path.join(/* turbopackIgnore: true */ dvcFolder, name), "utf8").catch(() => ""),
    ),
  );
  const settings = parseConfig(texts.join("\n"));
  const cache = folderRemote(path.resolve(dvcFolder, settings.get("cache.dir") ?? "cache"));
  const url = settings.get(`remote "${settings.get("core.remote") ?? ""}".url`);
  if (!url || (/^[a-z0-9+]+:\/\//i.test(url) && !isRemoteUrl(url))) return [cache];
  return [openRemote(isRemoteUrl(url) ? url : path.resolve(dvcFolder, url)), cache];
}

async function findDvcFolder(from: string): Promise<string | null> {
  const here = path.join(from, ".dvc");
  const found = await stat(here).catch(() => null);
  if (found?.isDirectory()) return here;
  const parent = path.dirname(from);
  return parent === from ? null : findDvcFolder(parent);
}

/** DVC's settings as `section.name`; a later one goes before an earlier one. */
function parseConfig(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  let section = "";
  for (const line of text.split("\n")) {
    const heading = /^\s*\[\s*'?(.+?)'?\s*\]\s*$/.exec(line)?.[1];
    if (heading !== undefined) section = heading;
    const [, name, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings.set(`${section}.${name}`, value);
  }
  return settings;
}
