const runId = /^run-\d{8}-\d{6}-([0-9a-z]+)$/;

/** A short name for each, none twice: the end of a run's id, or the whole name where that would not tell them apart. */
export function shortNames(ids: readonly string[]): string[] {
  const ends = ids.map((id) => runId.exec(id)?.[1] ?? id);
  return ends.map((end, at) => (ends.indexOf(end) === ends.lastIndexOf(end) ? end : (ids[at] ?? end)));
}
