import { isLiveKind, type LiveKind } from "@/lib/live/changes";

/** What a page is told: that a thing changed, or that anything may have. */
export type LiveNews = { kind: LiveKind; id: string } | "resync";

/** What the connection needs of a browser; tests bring their own. */
export interface LivePlatform {
  open(url: string): EventSource;
  isHidden(): boolean;
  /** Called when the tab goes to the background or comes back. */
  watchVisibility(listener: () => void): () => void;
}

const url = "/api/live";
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** A stream that lasted so long was a good one. */
const lastedMs = 10_000;
/** A tab in the background gives its connection back: browsers have six for a server. */
const hiddenMs = 5_000;
const idleMs = 1_000;

const browser: LivePlatform = {
  open: (address) => new EventSource(address),
  isHidden: () => document.visibilityState === "hidden",
  watchVisibility(listener) {
    document.addEventListener("visibilitychange", listener);
    return () => document.removeEventListener("visibilitychange", listener);
  },
};

/**
 * The tab's one stream of changes, open while anything listens and the tab is in the foreground. What happened
 * meanwhile is asked for by the last serial that was heard.
 */
export function createLiveConnection(platform: LivePlatform = browser) {
  const listeners = new Set<(news: LiveNews) => void>();
  let source: EventSource | null = null;
  let since = "";
  let failures = 0;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unwatch: (() => void) | null = null;

  function tell(news: LiveNews): void {
    for (const listener of listeners) listener(news);
  }

  function connect(): void {
    clearTimeout(timer);
    if (source || over || listeners.size === 0 || platform.isHidden()) return;
    const opened = platform.open(since ? `${url}?since=${encodeURIComponent(since)}` : url);
    source = opened;
    const openedAt = performance.now();
    opened.addEventListener("change", (event) => hear(event as MessageEvent<string>));
    opened.addEventListener("resync", () => tell("resync"));
    opened.addEventListener("end", () => {
      over = true;
      disconnect();
    });
    // The browser would open it again at once and for ever, but not where it was refused.
    opened.addEventListener("error", () => {
      if (performance.now() - openedAt > lastedMs) failures = 0;
      retryLater();
    });
  }

  function hear({ data, lastEventId }: MessageEvent<string>): void {
    if (lastEventId) since = lastEventId;
    const { kind, id } = JSON.parse(data) as { kind: string; id: string };
    if (isLiveKind(kind)) tell({ kind, id });
  }

  function disconnect(): void {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function retryLater(): void {
    disconnect();
    const pauseMs = Math.min(firstPauseMs * 2 ** failures++, longestPauseMs);
    // Not every tab of every reader at the same moment, when a server comes back.
    timer = setTimeout(connect, pauseMs * (0.5 + Math.random() / 2));
  }

  function onVisibility(): void {
    clearTimeout(timer);
    if (platform.isHidden()) timer = setTimeout(disconnect, hiddenMs);
    else connect();
  }

  return {
    /** @returns ends it */
    listen(listener: (news: LiveNews) => void): () => void {
      listeners.add(listener);
      unwatch ??= platform.watchVisibility(onVisibility);
      connect();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        // The next page of the tab is about to listen.
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (listeners.size > 0) return;
          disconnect();
          unwatch?.();
          unwatch = null;
        }, idleMs);
      };
    },
  };
}

let shared: ReturnType<typeof createLiveConnection> | undefined;

/** The tab's connection, made at the first use. */
export function liveConnection() {
  shared ??= createLiveConnection();
  return shared;
}
