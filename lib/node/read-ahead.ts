/**
 * What `work` makes of each item, in the items' order, with at most `width` at work at once. The first failure in that
 * order ends it.
 */
export async function* readAhead<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<[T, R], void, void> {
  const pending: Promise<R>[] = [];
  let next = 0;
  const startMore = () => {
    for (; next < items.length && pending.length < width; next++) {
      const working = work(items[next] as T);
      // Whoever awaits it sees its failure; until then it must not count as unhandled.
      working.catch(() => undefined);
      pending.push(working);
    }
  };
  try {
    for (const item of items) {
      startMore();
      const working = pending.shift();
      if (working) yield [item, await working];
    }
  } finally {
    await Promise.allSettled(pending);
  }
}
