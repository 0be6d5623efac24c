/**
 * The least and the greatest of some values; NaN is passed over.
 * @param without a value that stands for "no image here" and does not count
 * @returns 0 and 0 where nothing counts
 */
export function valueRange(
  values: ArrayLike<number>,
  without?: number,
): { minimum: number; maximum: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value === without) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return minimum <= maximum ? { minimum, maximum } : { minimum: 0, maximum: 0 };
}
