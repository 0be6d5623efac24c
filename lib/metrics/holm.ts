/**
 * Holm's adjustment (Scandinavian Journal of Statistics 6 (1979) 65-70): p values that, held against one level, keep the
 * chance of any false finding among them below it. Sorted upwards, the i-th is multiplied by how many are left, and none
 * is less than the one before.
 * @returns in the order given; null stays null and is not counted
 */
export function holm(ps: readonly (number | null)[]): (number | null)[] {
  const known = ps.flatMap((p, at) => (p === null ? [] : [{ p, at }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let floor = 0;
  for (const [rank, { p, at }] of known.entries()) {
    floor = Math.max(floor, Math.min(1, p * (known.length - rank)));
    adjusted[at] = floor;
  }
  return adjusted;
}
