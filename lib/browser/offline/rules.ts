/**
 * How the service worker treats a request:
 * - page: from the server, else the copy kept at the last visit
 * - other page: from the server and never kept; without an answer the way leads back to the reading page
 * - build: the kept copy, since its name changes with its content
 * - runtime: from the server, else the kept copy, since its name does not
 * - untouched: as if there were no service worker. API answers, model files (the page keeps those itself, verified),
 *   images and everything that sends a body.
 */
export type Rule = "page" | "other page" | "build" | "runtime" | "untouched";

export interface AskedFor {
  method: string;
  url: string;
  mode: string;
  /** The value of the header by which Next asks for a part of a page; its answers are made per visit. */
  rsc: string | null;
}

export interface Kept {
  origin: string;
  /** Paths of pages, build files and others kept at installation. */
  pages: ReadonlySet<string>;
  files: ReadonlySet<string>;
}

export function ruleFor({ method, url, mode, rsc }: AskedFor, { origin, pages, files }: Kept): Rule {
  if (method !== "GET" || rsc !== null) return "untouched";
  const address = new URL(url);
  if (address.origin !== origin) return "untouched";
  if (mode === "navigate") {
    if (pages.has(address.pathname)) return "page";
    return address.pathname.startsWith("/api/") ? "untouched" : "other page";
  }
  if (!files.has(address.pathname)) return "untouched";
  return address.pathname.startsWith("/_next/static/") ? "build" : "runtime";
}
