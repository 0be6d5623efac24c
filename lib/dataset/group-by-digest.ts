import type { DatasetCase } from "./listing";

/** Cases of the same bytes together. Map.groupBy is not in Node 20. */
export function groupByDigest(cases: Iterable<DatasetCase>): Map<DatasetCase["digest"], DatasetCase[]> {
  const groups = new Map<DatasetCase["digest"], DatasetCase[]>();
  for (const item of cases) {
    const group = groups.get(item.digest);
    if (group) group.push(item);
    else groups.set(item.digest, [item]);
  }
  return groups;
}
