/** An event of Chromium's tracing; times in microseconds. */
export interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
}

export interface LongestTask {
  /** From its start to its end, time without a processor included. */
  wallMs: number;
  /** Processor time of the same task. */
  cpuMs: number;
}

/**
 * The longest task of the page's main thread between two performance marks, from a trace.
 * @throws where the trace does not hold the marks and the tasks between them
 */
export function longestMainThreadTask(
  events: readonly TraceEvent[],
  { from, to }: { from: string; to: string },
): LongestTask {
  const mark = (name: string) => events.find((event) => event.name === name);
  const [first, last] = [mark(from), mark(to)];
  if (!first || !last) throw new Error("The trace holds no marks of the page.");
  const tasks = events.filter(
    (event) =>
      event.name === "RunTask" &&
      event.pid === first.pid &&
      event.tid === first.tid &&
      event.ts + (event.dur ?? 0) >= first.ts &&
      event.ts <= last.ts,
  );
  const longest = tasks.reduce<TraceEvent | null>(
    (best, task) => ((task.dur ?? 0) > (best?.dur ?? -1) ? task : best),
    null,
  );
  if (!longest) throw new Error("The trace holds no task of the page's main thread.");
  return { wallMs: (longest.dur ?? 0) / 1_000, cpuMs: (longest.tdur ?? 0) / 1_000 };
}
