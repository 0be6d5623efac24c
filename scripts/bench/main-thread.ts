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

/** Of all tasks, the longest by either clock: on a busy machine these are two different ones. */
export interface LongestTask {
  /** From beginning to end, waits for a processor included. */
  wallMs: number;
  /** Processor time alone. */
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
  if (tasks.length === 0) throw new Error("The trace holds no task of the page's main thread.");
  return {
    wallMs: Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1_000,
    cpuMs: Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000,
  };
}
