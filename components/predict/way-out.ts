/** What of a click and a link decides whether the page would be left for another one of this server. */
export interface ClickOnLink {
  event: Pick<MouseEvent, "button" | "metaKey" | "ctrlKey" | "shiftKey" | "altKey" | "defaultPrevented">;
  link: { href: string; target: string; download: boolean };
}

/**
 * Where a click leads away from a page, as an address of the same server.
 * @returns null where the page stays: another tab or window, a download, another server, a place on the page itself
 */
export function wayOut({ event, link }: ClickOnLink, here: string): string | null {
  const { button, metaKey, ctrlKey, shiftKey, altKey, defaultPrevented } = event;
  if (defaultPrevented || button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return null;
  if (link.download || (link.target !== "" && link.target !== "_self")) return null;
  const [to, from] = [new URL(link.href, here), new URL(here)];
  if (to.origin !== from.origin || to.pathname === from.pathname) return null;
  return to.pathname + to.search + to.hash;
}
