/** A place of a curve, [x, y]. */
export type Place = readonly [x: number, y: number];

/**
 * At most `limit` of a curve's points, evenly far apart along it (|Δx| + |Δy|, each as a share of its range), the first
 * and the last among them. With 200 points no left-out point of a unit curve is further than 0.01 from a kept one.
 * @param limit at least 2
 */
export function thinCurve(points: readonly Place[], limit: number): Place[] {
  if (points.length <= limit) return [...points];
  const lengths = lengthsAlong(points);
  const whole = lengths.at(-1) ?? 0;
  const kept: Place[] = [];
  let next = 0;
  for (const [at, point] of points.entries()) {
    const isLast = at === points.length - 1;
    if (!isLast && ((lengths[at] as number) < (whole * next) / (limit - 1) || kept.length === limit - 1))
      continue;
    kept.push(point);
    next = Math.floor(((lengths[at] as number) / whole) * (limit - 1) + 1e-9) + 1;
  }
  return kept;
}

/** How far along the curve each point is. */
function lengthsAlong(points: readonly Place[]): number[] {
  const range = (of: 0 | 1) => {
    const values = points.map((point) => point[of]);
    const [low, high] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as [number, number]);
    return high > low ? high - low : 1;
  };
  const [width, height] = [range(0), range(1)];
  let length = 0;
  return points.map(([x, y], at) => {
    const before = points[at - 1] ?? [x, y];
    length += Math.abs(x - before[0]) / width + Math.abs(y - before[1]) / height;
    return length;
  });
}
