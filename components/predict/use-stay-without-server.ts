import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { isServerThere } from "@/lib/browser/predict/fetch-manifest";
import { wayOut } from "./way-out";

/**
 * Images live in the page: a link whose page cannot come would end in the kept reading page, without them. So while there
 * are any, a click on a link is followed once the server has answered.
 * @returns whether the last click was not followed
 */
export function useStayWithoutServer(hasImages: boolean): boolean {
  const router = useRouter();
  const [stayed, setStayed] = useState(false);

  useEffect(() => {
    if (!hasImages) return;
    let latest = 0;
    async function follow(way: string): Promise<void> {
      const click = ++latest;
      const isThere = await isServerThere();
      if (click !== latest) return;
      setStayed(!isThere);
      if (isThere) router.push(way);
    }
    function onClick(event: MouseEvent): void {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      const { href, target } = link ?? {};
      if (!link || !href) return;
      const way = wayOut(
        { event, link: { href, target: target ?? "", download: link.hasAttribute("download") } },
        location.href,
      );
      if (way === null) return;
      event.preventDefault();
      void follow(way);
    }
    // Before the link's own handler, which then leaves the click alone.
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      latest = -1;
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [hasImages, router]);

  return stayed && hasImages;
}
