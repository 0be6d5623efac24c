/** How many can be compared at once. */
export const limit = 20;

/** What the address says is compared, and how. */
export interface CompareAddress {
  /** Each once, in their order; may be more than the limit. */
  ids: string[];
  baseline: string | null;
  /** Digest of the dataset version whose held-out images are compared on. */
  set: string | null;
  /** Keys of the scatter chart's axes. */
  x: string | null;
  y: string | null;
}

const digest = /^sha256:[0-9a-f]{64}$/;
const longestId = 80;

/** Whatever an address holds; what makes no sense in it counts as absent. */
export function readAddress(search: URLSearchParams): CompareAddress {
  const ids = (search.get("ids") ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id.length > 0 && id.length <= longestId);
  const baseline = search.get("baseline");
  const set = search.get("set");
  return {
    ids: [...new Set(ids)],
    baseline: baseline !== null && ids.includes(baseline) ? baseline : null,
    set: set !== null && digest.test(set) ? set : null,
    x: search.get("x"),
    y: search.get("y"),
  };
}

/** "/compare?ids=a,b&baseline=a" */
export function compareHref({ ids, ...rest }: CompareAddress): string {
  const named = Object.entries({
    ...rest,
    baseline: ids.includes(rest.baseline ?? "") ? rest.baseline : null,
  });
  const others = named.flatMap(([key, value]) => (value ? [`&${key}=${encodeURIComponent(value)}`] : []));
  return `/compare?ids=${ids.map(encodeURIComponent).join(",")}${others.join("")}`;
}
