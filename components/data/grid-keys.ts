/** Where a key leads in a grid that is read line by line; null for keys that lead nowhere. Ends stop. */
export function targetOfKey(
  key: string,
  { at, count, columns }: { at: number; count: number; columns: number },
): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowRight":
      return Math.min(last, at + 1);
    case "ArrowLeft":
      return Math.max(0, at - 1);
    case "ArrowDown":
      return at + columns <= last ? at + columns : at;
    case "ArrowUp":
      return at - columns >= 0 ? at - columns : at;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
