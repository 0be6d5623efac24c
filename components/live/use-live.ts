"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { createCoalescer } from "@/lib/browser/live/coalesce";
import { isConcerned } from "@/lib/browser/live/concerned-queries";
import { type LiveNews, liveConnection } from "@/lib/browser/live/live-connection";
import type { LiveKind } from "@/lib/live/changes";

/**
 * Asks again, at most once a second, for what is on screen and has changed on the server. The tab has one connection,
 * however many components call this; it makes itself again, and what it missed is made up for.
 */
export function useLive(kinds: readonly LiveKind[]): void {
  const queryClient = useQueryClient();
  const wanted = kinds.join(" ");
  useEffect(() => {
    const known = new Set(wanted.split(" "));
    const coalescer = createCoalescer<LiveNews>((news) => {
      const distinct = [...new Map(news.map((one) => [JSON.stringify(one), one])).values()];
      void queryClient.invalidateQueries({
        predicate: ({ queryKey }) => distinct.some((one) => isConcerned(queryKey, one)),
      });
    });
    const end = liveConnection().listen((news) => {
      if (news === "resync" || known.has(news.kind)) coalescer.add(news);
    });
    return () => {
      end();
      coalescer.stop();
    };
  }, [queryClient, wanted]);
}
