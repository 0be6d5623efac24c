import type { InUseOverview } from "@/lib/browser/trpc";

/** Versions' names by serial. */
export function versionNames({ versions }: InUseOverview): ReadonlyMap<number, string> {
  return new Map(versions.map(({ serial, version }) => [serial, version]));
}
