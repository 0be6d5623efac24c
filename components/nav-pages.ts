/** What a person may do here; null for who is not signed in. */
export type NavRole = "viewer" | "doctor" | "admin" | null;

const pages = [
  { href: "/", title: "read", audience: "everyone" },
  { href: "/overview", title: "overview", audience: "signedIn" },
  { href: "/runs", title: "runs", audience: "signedIn" },
  { href: "/compare", title: "compare", audience: "signedIn" },
  { href: "/models", title: "models", audience: "signedIn" },
  { href: "/data", title: "data", audience: "signedIn" },
  { href: "/in-use", title: "inUse", audience: "signedIn" },
  { href: "/users", title: "people", audience: "admin" },
  { href: "/audit", title: "audit", audience: "admin" },
  { href: "/settings", title: "settings", audience: "admin" },
] as const;
export type NavPage = (typeof pages)[number];

/** The pages that a person is shown the way to, in their order. */
export function pagesFor(role: NavRole): NavPage[] {
  return pages.filter(
    ({ audience }) =>
      audience === "everyone" || (audience === "signedIn" && role !== null) || role === "admin",
  );
}

/** Whether `path` is the page or lies under it. */
export function isAt(path: string, href: string): boolean {
  return path === href || (href !== "/" && path.startsWith(`${href}/`));
}
