/**
 * How many of the sorted values are below a score, ties counting half. O(log n).
 * @param sorted upwards, without NaN
 */
export function midPlace(sorted: Float64Array, score: number): number {
  const low = firstWhere(sorted, 0, (value) => value >= score);
  if (sorted[low] !== score) return low;
  return (low + firstWhere(sorted, low, (value) => value > score)) / 2;
}

/** The first place from `start` on where the condition, which stays true once it is, holds. */
function firstWhere(sorted: Float64Array, start: number, holds: (value: number) => boolean): number {
  let [low, high] = [start, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
