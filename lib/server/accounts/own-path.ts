const start = "/account";

/** A path of this site to go on to; anything that could lead elsewhere becomes the account's page. */
export function ownPath(wanted: unknown): string {
  if (typeof wanted !== "string" || !/^\/(?![/\\])/.test(wanted)) return start;
  const base = "https://here.invalid";
  try {
    const url = new URL(wanted, base);
    return url.origin === base ? `${url.pathname}${url.search}` : start;
  } catch {
    return start;
  }
}
