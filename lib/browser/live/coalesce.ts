/** Gathers what comes in bursts and hands it on together. */
export interface Coalescer<Item> {
  add(item: Item): void;
  /** Drops what was not handed on yet. */
  stop(): void;
}

/** Hands on at most once in `everyMs`, which also has to pass before the first time; waits `gatherMs` for more. */
export function createCoalescer<Item>(
  handOn: (items: Item[]) => void,
  { everyMs = 1_000, gatherMs = 50 }: { everyMs?: number; gatherMs?: number } = {},
): Coalescer<Item> {
  let items: Item[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = performance.now();

  function flush(): void {
    timer = undefined;
    lastAt = performance.now();
    const gathered = items;
    items = [];
    handOn(gathered);
  }

  return {
    add(item) {
      items.push(item);
      timer ??= setTimeout(flush, Math.max(gatherMs, lastAt + everyMs - performance.now()));
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      items = [];
    },
  };
}
